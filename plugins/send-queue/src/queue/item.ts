import type { Failure } from "../policy/failure.ts";

/** An instance that came in, once, whoever it goes to. */
export interface QueuedInstance {
  /** Of its file in the spool. */
  readonly hash: string;
  readonly sopClass: string;
  readonly sopInstance: string;
  readonly transferSyntax: string;
  /** Where the data set stands in the file; bytes. */
  readonly offset: number;
  readonly size: number;
  /** Resource ids as Orthanc makes them: hashes, of which nothing can be read. */
  readonly resources: Resources;
  /** Its elements do not end where they say: it was cut off, or is damaged. Absent: they do. */
  readonly isCut?: true;
}

export interface Resources {
  readonly patient: string;
  readonly study: string;
  readonly series: string;
  readonly instance: string;
}

/**
 * Where an item is. `pending` waits, or is on its way; `sent` was acknowledged by its own UID; `failed`
 * is in the error queue, and only somebody's decision takes it out; `removed` was taken out of the queue.
 */
export type ItemState = "pending" | "sent" | "failed" | "removed";

/**
 * Whether a destination answers for what was sent to it: `none` nobody wants to know; `ordered` it is to
 * be asked once it was sent, whatever else is configured; `wanted` it is to be asked; `asked` its report is waited for; `committed` it does.
 */
export type Commitment = "none" | "ordered" | "wanted" | "asked" | "committed";

/** One instance for one destination. */
export interface Item {
  readonly id: number;
  readonly request: string;
  readonly destination: string;
  readonly instance: QueuedInstance;
  readonly state: ItemState;
  /** Failures that were charged to it since it was put into the queue. */
  readonly attempts: number;
  /** Not before; epoch milliseconds. */
  readonly dueAt: number;
  /** It is sent by itself, on an association of its own. */
  readonly isAlone: boolean;
  /** The status that it was delivered with if that was a warning. */
  readonly warning: string | null;
  readonly lastFailure: Pick<Failure, "code" | "sentence"> | null;
  /** The destination that it was meant for before it was moved; null: it was not. */
  readonly cameFrom: string | null;
  readonly commitment: Commitment;
  /** When it came in, and when its state changed last; epoch milliseconds. */
  readonly enteredAt: number;
  readonly changedAt: number;
}

/** An item as it is shown. */
export interface ListedItem extends Item {
  /** The job that sends it; null: it has none, as far as is known. */
  readonly job: string | null;
}

/** What became of an item that was tried. */
export type Outcome =
  | {
      readonly kind: "sent";
      readonly warning: string | null;
      /** Whether the destination is to be asked whether it answers for it. Default false. */
      readonly isToCommit?: boolean | "if-ordered";
    }
  /** Charged, and due again. */
  | {
      readonly kind: "retry";
      readonly dueAt: number;
      readonly isAlone: boolean;
      readonly why: Pick<Failure, "code" | "sentence">;
    }
  | { readonly kind: "failed"; readonly why: Pick<Failure, "code" | "sentence"> };

/** What became of an item, and when; epoch milliseconds. */
export interface Settlement {
  readonly id: number;
  readonly outcome: Outcome;
  readonly now: number;
  /** Under which it stands in the journal; absent: it does not. */
  readonly number?: number;
}

/** Whether what was sent to a destination before is sent again. */
export type RepushPolicy =
  /** Whatever was sent before. */
  | "always"
  /** If its bytes are not those that were sent. */
  | "updates-only"
  /** If no instance of its UID was sent. */
  | "new-only"
  /** Neither; and nothing else of its study either, once one was sent. */
  | "never";

/** Instances that go to one destination together, by one job of the engine. */
export interface QueueRequest {
  readonly id: string;
  readonly destination: string;
  readonly priority: number;
  /** What fails is no failure of its job. */
  readonly isPermissive: boolean;
  /** Default true. False: whoever asked may take it back, so nobody else must count on it. */
  readonly isQueued?: boolean;
  /** The destination that its instances were meant for. */
  readonly movedFrom?: string;
}

/** A request of which something was given to another destination. */
export interface Diversion {
  /** What was given away, as a request of its own. */
  readonly request: QueueRequest;
  /** The job that it was taken from; null: it has none. */
  readonly job: string | null;
  readonly count: number;
  /** Of these, what was tried before: the first destination may have it, unconfirmed. */
  readonly tried: number;
}

/** A request of which something waits, and the job that sends it; null: it has none, as far as is known. */
export interface OpenRequest extends QueueRequest {
  readonly job: string | null;
}

/** Where a request stands among others of its destination. */
export interface Place {
  readonly request: string;
  /** Null: it has none, as far as is known. */
  readonly job: string | null;
  readonly priority: number;
  /** Of those that came later it is higher. */
  readonly number: number;
  /** The item of it that came first, of those that wait; null: none waits. */
  readonly first: number | null;
}

/** Files of the spool, or whatever in it is one of these resources, or a part of one. */
export type Meant =
  | { readonly hashes: readonly string[] }
  | { readonly resources: readonly string[] };

/** What somebody wants to be sent. */
export interface Entry {
  readonly request: QueueRequest;
  readonly policy: RepushPolicy;
  readonly meant: Meant;
  /** Default false: the destination is asked to answer for them only if that is configured. */
  readonly isToCommit?: boolean;
  /** Nothing of it is sent before, and it has waited since then only; epoch milliseconds. */
  readonly notBefore?: number;
  readonly now: number;
}

/** What entered, and what did not since it is there or was sent. */
export interface Entered {
  readonly added: number;
  /** The same bytes wait for the same destination already, and stay there until they are sent. */
  readonly merged: number;
  /** They were sent before, and the policy leaves it at that. */
  readonly skipped: number;
  /** Their files are not in the spool any more. */
  readonly missing: number;
  /** The hashes of what was merged. */
  readonly mergedHashes?: readonly string[];
  /** Jobs of what was merged and was to be sent later than it is now. */
  readonly hastened?: readonly string[];
  /** The first resource that nothing in the spool is a part of: then nothing at all has entered. */
  readonly unknown?: string;
}

/** An instance that has come, and where it goes by itself. */
export interface Arrival {
  readonly instance: QueuedInstance;
  readonly sends: readonly { readonly request: QueueRequest; readonly policy: RepushPolicy }[];
}

export interface Arrived {
  /** Its bytes were not in the spool before. */
  readonly isNew: boolean;
  /** Those of its requests into which it has entered. */
  readonly requests: readonly string[];
  /** As of what has entered. */
  readonly hastened?: readonly string[];
}

/** Something that a destination does not have. */
export interface Unsent {
  readonly state: ItemState;
  readonly request: string;
  /** The job of the request. */
  readonly job: string | null;
}

/** How a request gets on. */
export interface RequestCounts {
  readonly pending: number;
  readonly sent: number;
  /** Of those that were sent: with a warning. */
  readonly warned: number;
  readonly failed: number;
  readonly removed: number;
  /** Given to another destination, by another request; the last of them. */
  readonly moved: number;
  readonly movedTo: string | null;
  /** When the next pending one is due; null: none is. */
  readonly nextDueAt: number | null;
  /** Of the pending and the sent ones, in bytes. */
  readonly bytes: number;
}
