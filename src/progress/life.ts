/** The five states of the fwJobs model, and `failed`. Each is entered at most once. */
export type State = "waiting" | "running" | "canceling" | "canceled" | "failed" | "finished";

/** How it ended. */
export type Outcome<T = unknown> =
  | { readonly state: "finished"; readonly value: T }
  | {
      readonly state: "canceled";
      /** What `cancel` was given. */
      readonly reason: unknown;
      /** What the work returned although it was canceled; null: it returned nothing. */
      readonly partial: { readonly value: T } | null;
      /** What the work threw because it was canceled, but for the reason itself; null: nothing. */
      readonly error: { readonly thrown: unknown } | null;
    }
  | { readonly state: "failed"; readonly error: unknown };

/** Where it is in its life, with what there is then. Times are epoch milliseconds. */
export type Life<T> =
  | { readonly state: "waiting" }
  | { readonly state: "running"; readonly startedAt: number }
  | { readonly state: "canceling"; readonly startedAt: number; readonly reason: unknown }
  | Ended<T>;

/** `startedAt` is null if it was canceled before it began. */
export type Ended<T> = Outcome<T> & {
  readonly startedAt: number | null;
  readonly endedAt: number;
};

export type LifeEvent<T> =
  | { readonly kind: "started" }
  | { readonly kind: "cancelRequested"; readonly reason: unknown }
  | { readonly kind: "returned"; readonly value: T }
  | { readonly kind: "threw"; readonly error: unknown }
  /** All parts of an aggregator have ended, and this is what comes of it. */
  | { readonly kind: "concluded"; readonly outcome: Outcome<T> };

/** The whole state machine; null: this changes nothing. docs/progress.md has the same table. */
export function nextLife<T>(life: Life<T>, event: LifeEvent<T>, at: number): Life<T> | null {
  switch (life.state) {
    case "waiting":
      if (event.kind === "started") return { state: "running", startedAt: at };
      if (event.kind !== "cancelRequested") return null;
      return { ...canceled(event.reason), startedAt: null, endedAt: at };
    case "running":
      if (event.kind === "started") return null;
      if (event.kind === "cancelRequested") {
        return { state: "canceling", startedAt: life.startedAt, reason: event.reason };
      }
      return { ...outcomeOf(event), startedAt: life.startedAt, endedAt: at };
    case "canceling":
      if (event.kind === "started" || event.kind === "cancelRequested") return null;
      return { ...outcomeOfCanceled(event, life.reason), startedAt: life.startedAt, endedAt: at };
    case "canceled":
    case "failed":
    case "finished":
      return null;
  }
}

type End<T> = Extract<LifeEvent<T>, { readonly kind: "returned" | "threw" | "concluded" }>;

function outcomeOf<T>(event: End<T>): Outcome<T> {
  switch (event.kind) {
    case "returned":
      return { state: "finished", value: event.value };
    case "threw":
      return { state: "failed", error: event.error };
    case "concluded":
      return event.outcome;
  }
}

/** Canceled work is canceled, however it ends; an aggregator is what its parts became. */
function outcomeOfCanceled<T>(event: End<T>, reason: unknown): Outcome<T> {
  switch (event.kind) {
    case "returned":
      return { ...canceled(reason), partial: { value: event.value } };
    case "threw":
      if (isOf(reason, event.error)) return canceled(reason);
      return { ...canceled(reason), error: { thrown: event.error } };
    case "concluded":
      return event.outcome;
  }
}

/** Whether it was thrown only to obey: the reason itself, or what Node.js makes of it. */
function isOf(reason: unknown, thrown: unknown): boolean {
  if (thrown === reason) return true;
  return thrown instanceof Error && thrown.name === "AbortError";
}

type Canceled = Extract<Outcome<never>, { readonly state: "canceled" }>;

const canceled = (reason: unknown): Canceled => ({
  state: "canceled",
  reason,
  partial: null,
  error: null,
});

export const hasEnded = <T>(life: Life<T>): life is Ended<T> =>
  life.state === "canceled" || life.state === "failed" || life.state === "finished";
