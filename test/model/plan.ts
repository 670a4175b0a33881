/** What a sequence of commands is played with: plain data that the model and the real host both read. */

/** How a host is set up. */
export interface Settings {
  readonly slots: number;
  /** What the plugin registers when it starts; the others perhaps later. */
  readonly types: readonly string[];
  /** 0: as many jobs may wait as like. */
  readonly limitJobs: number;
  /** So many of them keep their payloads; 0: all. */
  readonly maxPayloads: number;
  readonly succeededKept: number;
  readonly failedKept: number;
  readonly perType: Readonly<Record<string, number>>;
  readonly perKey: Readonly<Record<string, number>>;
}

/** The one plugin whose jobs these are. */
export const plugin = "test";

/** Every type that there is. */
export const types = ["a", "b", "c"] as const;

/** What a job is made of. The same name comes back when its payload is revived. */
export interface Plan {
  readonly name: string;
  readonly type: string;
  /** It has a serialized state. */
  readonly saved: boolean;
  /** It has a reset callback. */
  readonly resets: boolean;
  /** Its steps end as soon as their signal fires. */
  readonly listens: boolean;
}

/** How a job is submitted. */
export interface Wish {
  readonly priority: number;
  readonly key: string | null;
  readonly startAfterMs: number;
  readonly stepTimeoutMs: number;
  readonly maxAttempts: number;
  readonly firstDelayMs: number;
  readonly factor: number;
  readonly capMs: number;
  readonly noWait: boolean;
}

/** What a step answers when the test lets it. */
export type StepAnswer =
  | { readonly kind: "success" }
  | { readonly kind: "continue" }
  | { readonly kind: "retry"; readonly afterMs: number | null }
  | { readonly kind: "failure"; readonly retryable: boolean }
  | { readonly kind: "throw"; readonly retryable: boolean };

/** The code of a failure that a step reports. */
export const ownFailure = "MODEL_FAILURE";

/** What `revive` does; `hold`: nothing, until the test lets it. */
export type ReviveAnswer = "job" | "not-mine" | "throw" | "hold";

/** What users do to a job that was submitted. */
export type Action =
  | { readonly kind: "pause" | "resume" | "cancel" | "resubmit" | "delete" }
  | { readonly kind: "set-priority"; readonly priority: number };
