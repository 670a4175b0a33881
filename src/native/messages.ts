import type { JobAnswer } from "../ports/plugin.ts";

/** What the native core tells the engine; the names and the order of native/src/core/messages.h. */
export type NativeMessage =
  | {
      readonly kind: "submitted";
      readonly row: NativeRow;
      /** The core has put it into the ready list by itself. */
      readonly admitted: boolean;
    }
  /** A whole life that nobody had heard of, from the submit to the success. */
  | {
      readonly kind: "lived";
      readonly row: NativeRow;
      readonly sample: NativeSample;
      readonly runtimeMs: number;
      /** Epoch milliseconds. */
      readonly endedAt: number;
    }
  /** Jobs that the engine has not heard of wait or run; see `laneIsBusy`. */
  | { readonly kind: "lane-busy" }
  | {
      readonly kind: "called";
      /** To be answered with `answer`. */
      readonly ticket: number;
      readonly call: NativeCallKind;
      readonly id: string;
      readonly priority: number;
    }
  | { readonly kind: "call-dropped"; readonly ticket: number }
  | { readonly kind: "started"; readonly id: string }
  | { readonly kind: "granted"; readonly id: string }
  | {
      readonly kind: "sampled";
      readonly id: string;
      readonly sample: NativeSample;
      /** Milliseconds spent in the steps of this run so far. */
      readonly runtimeMs: number;
    }
  | {
      readonly kind: "ended";
      readonly id: string;
      readonly outcome: NativeOutcome;
      /** The number of `stop`'s reason in baton.h; 0: there was no payload to stop, or it still steps. */
      readonly stopReason: number;
      /** Of no meaning if the outcome is "detached". */
      readonly sample: NativeSample;
      /** Milliseconds spent in the steps of this run. */
      readonly runtimeMs: number;
      readonly hasPayload: boolean;
      /** Nobody needs the payload after this end: it is finalized next, and no `finalized` comes. */
      readonly finalized: boolean;
    }
  | {
      readonly kind: "stopped";
      readonly id: string;
      readonly reason: number;
      readonly sample: NativeSample;
    }
  | { readonly kind: "finalized"; readonly id: string }
  /** The step of a run that ended as "detached" has returned, and `stop` was called. */
  | { readonly kind: "step-returned"; readonly id: string }
  /** To a `requestRoom` that had to wait. */
  | { readonly kind: "room-given"; readonly ticket: number }
  | { readonly kind: "type-registered"; readonly plugin: string; readonly type: string }
  /** Of a type that is registered: see `startCreation`. */
  | { readonly kind: "creator-registered"; readonly plugin: string; readonly type: string }
  | {
      readonly kind: "route-registered";
      readonly plugin: string;
      readonly method: string;
      readonly pattern: string;
    }
  /** Of a far engine; to be answered with `answer`. */
  | {
      readonly kind: "route-asked";
      readonly ticket: number;
      readonly plugin: string;
      readonly method: string;
      readonly pattern: string;
    }
  /** Of a far engine; to be answered with `answer`: the first callback of a run is next. */
  | { readonly kind: "run-begins"; readonly ticket: number; readonly id: string }
  /** Of a far engine. */
  | {
      readonly kind: "error-registered";
      readonly plugin: string;
      readonly code: string;
      readonly text: string;
    }
  /** Of a far engine: since `metrics` was called last. */
  | { readonly kind: "metrics-changed" }
  | {
      readonly kind: "logged";
      readonly plugin: string;
      /** "": not about a job. */
      readonly id: string;
      /** The number of the level in baton.h. */
      readonly level: number;
      readonly text: string;
    }
  | {
      readonly kind: "response-head";
      readonly ticket: number;
      readonly status: number;
      readonly headers: readonly (readonly [name: string, value: string])[];
      /** The answer is left to it. */
      readonly job: JobAnswer | undefined;
    }
  | { readonly kind: "response-chunk"; readonly ticket: number; readonly bytes: Uint8Array }
  /**
   * `status`: a baton_status; an error before the head means that nothing was written. `why`: what the
   * client is told of an error; "": nothing.
   */
  | {
      readonly kind: "response-end";
      readonly ticket: number;
      readonly status: number;
      readonly why: string;
    }
  | {
      readonly kind: "rest-called";
      /** To be answered with `answerRest`. */
      readonly ticket: number;
      readonly method: string;
      /** The path and the query. */
      readonly target: string;
      readonly headers: readonly (readonly [name: string, value: string])[];
      readonly body: Uint8Array;
      /** A baton_status; not 0: what the handler of `plugin` refused the request with. */
      readonly refused: number;
      readonly plugin: string;
      /** Of a refusal: what the client is told; "": nothing. */
      readonly why: string;
      /** It has left the answer to this job. */
      readonly job: JobAnswer | undefined;
    }
  | {
      readonly kind: "output-called";
      /** To be answered with `answer`; 0: nobody waits. */
      readonly ticket: number;
      readonly id: string;
      readonly call: "open" | "write" | "close" | "drop";
      readonly key: string;
      /** Of "open". */
      readonly mime: string;
      /** Of "write". */
      readonly bytes: Uint8Array;
    }
  /** `mask`: the sum of the BATON_EVENT_ numbers that somebody is subscribed to. */
  | { readonly kind: "events-wanted"; readonly mask: number; readonly generation: number };

export type NativeCallKind =
  | "cancel"
  | "pause"
  | "resume"
  | "resubmit"
  | "delete"
  | "set-priority"
  | "info"
  | "wait";

/** A row as the native core makes it at submit. Times are epoch milliseconds; 0 or "": none. */
export interface NativeRow {
  readonly id: string;
  readonly sequence: number;
  readonly type: string;
  readonly plugin: string;
  readonly priority: number;
  readonly key: string | null;
  /** Not before. */
  readonly startAt: number;
  /** The text of any JSON. */
  readonly userData: string | null;
  readonly createdAt: number;
  readonly maxAttempts: number;
  readonly backoffFirstMs: number;
  readonly backoffFactor: number;
  readonly backoffCapMs: number;
  readonly backoffJitter: number;
  /** Of each step; 0: none. */
  readonly stepTimeoutMs: number;
  readonly progress: number;
  /** The text of a JSON object; null: none was given. */
  readonly content: string | null;
  readonly hasReset: boolean;
  readonly submittedState: Uint8Array | null;
  /** Somebody will ask for its end; not stored. */
  readonly awaited: boolean;
}

export interface NativeSample {
  /** 0 to 1. */
  readonly progress: number;
  /** Null: unchanged. */
  readonly content: string | null;
  readonly state: Uint8Array | null;
  /** Null: unchanged. */
  readonly tree: NativeTree | null;
}

/** The parts of a job's progress, as one list of values: see src/adapters/native/native-tree.ts. */
export type NativeTree = readonly unknown[];

export type NativeOutcome =
  | { readonly kind: "success" }
  | {
      readonly kind: "failure";
      readonly code: string;
      readonly message: string;
      readonly retryable: boolean;
    }
  | { readonly kind: "continue" }
  | { readonly kind: "retry"; readonly afterMs: number | null }
  | { readonly kind: "not-mine" }
  /** A step takes too long and has not returned: the job has failed, `step-returned` follows. */
  | { readonly kind: "detached"; readonly code: string; readonly message: string };

/** What `job_info` answers; the fields of baton_job_info. */
export interface NativeJobInfo {
  readonly id: string;
  readonly type: string;
  /** The numbers of baton.h. */
  readonly state: number;
  readonly requested: number;
  readonly priority: number;
  readonly attempts: number;
  readonly maxAttempts: number;
  readonly progress: number;
  readonly createdAt: number;
  readonly changedAt: number;
  readonly dueAt: number;
  readonly runtimeMs: number;
  readonly errorCode: string;
  readonly errorMessage: string;
}

/** What listeners hear; the numbers of baton_event. */
export interface NativeEvent {
  readonly kind: number;
  /** 0: none. */
  readonly from: number;
  readonly job: NativeJobInfo;
}

/** A gauge of a plugin. */
export interface NativeMetric {
  readonly plugin: string;
  readonly name: string;
  readonly value: number;
}

/** A property of a plugin; a null value: it is removed. */
export interface NativeProperty {
  readonly plugin: string;
  readonly name: string;
  readonly value: Uint8Array | null;
}

/** An admitted run; the fields of Entry in native/src/core/ready_list.h. */
export interface NativeEntry {
  readonly id: string;
  readonly plugin: string;
  readonly type: string;
  readonly sequence: number;
  readonly priority: number;
  /** False: the slot is granted to a runner of JavaScript, which gives it back with `release`. */
  readonly native: boolean;
  readonly attempts: number;
  readonly maxAttempts: number;
  /** Of each step; 0: none. */
  readonly stepTimeoutMs: number;
  /** Milliseconds spent in the steps of earlier runs. */
  readonly runtimeMs: number;
  readonly reset: boolean;
  /** From which to revive it. */
  readonly state: Uint8Array | null;
  /** Of a reset: the same, if what was made of that state cannot be reset. */
  readonly submittedState: Uint8Array | null;
  readonly progress: number;
  readonly content: string | null;
  /** A success needs no commit: its payload may be finalized right after the run, which then says so. */
  readonly finalizeSuccess: boolean;
}

/** Carried out in this order. */
export interface NativeOrders {
  /** What `job_info` answers from now on. */
  readonly publish: readonly NativeJobInfo[];
  /** Ids of jobs whose payload is to be finalized; `finalized` comes. */
  readonly finalize: readonly string[];
  /** Ids of jobs that nobody knows any more. */
  readonly forget: readonly string[];
  readonly admit: readonly NativeEntry[];
}

/** What of the orders could not be done. */
export interface NativeUnapplied {
  /** Ids of jobs without a payload; no `finalized` comes. */
  readonly notFinalized: readonly string[];
  readonly notAdmitted: readonly string[];
}

/** What the store's thread takes from the native queue, oldest first. */
export type NativeStoreRequest =
  /** New jobs: all are stored, or none. */
  | {
      readonly kind: "add";
      readonly ticket: number;
      readonly rows: readonly NativeRow[];
      /** For a far engine: whether the submitter may be kept waiting for room. */
      readonly mayWait: boolean;
    }
  | {
      readonly kind: "checkpoint";
      readonly ticket: number;
      readonly id: string;
      readonly state: Uint8Array;
      readonly progress: number;
      readonly content: string | null;
      readonly attempts: number;
      readonly runtimeMs: number;
    }
  | ({ readonly kind: "property"; readonly ticket: number } & NativeProperty)
  /** What `putUpdate` was given; its answer goes another way, the ticket is marked all the same. */
  | {
      readonly kind: "update";
      readonly ticket: number;
      /** Of the first new job, if it is of `putNew`; the others follow. */
      readonly sequence: number;
      readonly update: Uint8Array;
    };

/** A job that somebody wants made from content; 0 of a number: the default. */
export interface NativeWish {
  readonly plugin: string;
  readonly type: string;
  /** The text of a JSON object. */
  readonly content: string;
  readonly key: string | null;
  /** The text of any JSON. */
  readonly userData: string | null;
  readonly awaited: boolean;
  readonly priority: number;
  readonly maxAttempts: number;
  readonly backoffFirstMs: number;
  readonly backoffFactor: number;
  readonly backoffCapMs: number;
  readonly backoffJitter: number;
  readonly startAfterMs: number;
  readonly stepTimeoutMs: number;
}

export interface NativeRequest {
  readonly method: string;
  /** As sent, without the query. */
  readonly path: string;
  readonly query: readonly (readonly [name: string, value: string])[];
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}
