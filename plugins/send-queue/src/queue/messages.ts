import type {
  Arrival,
  Arrived,
  Diversion,
  Entered,
  Entry,
  Item,
  ListedItem,
  OpenRequest,
  Place,
  QueueRequest,
  QueuedInstance,
  RequestCounts,
  Settlement,
  Unsent,
} from "./item.ts";
import type { CommitmentReport } from "../dicom/commitment.ts";
import type { Reported } from "./commitments.ts";
import type { ItemFilter } from "./item-filter.ts";
import type { Expired } from "./upkeep.ts";
import type { Prospect } from "./prospects.ts";
import type { Keeping } from "./queue-file.ts";
import type { Total } from "./queue-reader.ts";

/** What can be asked of the queue, by name: what it is given, and what it answers. */
export interface QueueCalls {
  /** True: this file was not in the spool before. */
  keep: {
    readonly given: { readonly instance: QueuedInstance; readonly now: number };
    readonly answer: boolean;
  };
  /** So many items may wait or be errors, at most; what enters beyond it is refused as by a full disk. */
  limit: { readonly given: { readonly most: number }; readonly answer: void };
  /** Those of the ids that are instances in the spool. */
  heldInstances: {
    readonly given: { readonly ids: readonly string[] };
    readonly answer: readonly string[];
  };
  enter: { readonly given: Entry; readonly answer: Entered };
  /** All of it or nothing; `taken`: which file of a folder it was. */
  arrive: {
    readonly given: {
      readonly arrivals: readonly Arrival[];
      readonly taken: string | null;
      readonly now: number;
    };
    readonly answer: readonly Arrived[];
  };
  isTaken: { readonly given: { readonly file: string }; readonly answer: boolean };
  /** Of watched folders, those that were taken and may be there still. */
  takenFiles: { readonly given: Nothing; readonly answer: readonly string[] };
  forgetTaken: { readonly given: { readonly file: string }; readonly answer: void };
  isOnlyVersion: {
    readonly given: { readonly sopInstance: string; readonly hash: string };
    readonly answer: boolean;
  };
  unsent: {
    readonly given: { readonly destination: string; readonly hashes: readonly string[] };
    readonly answer: readonly Unsent[];
  };
  claim: {
    readonly given: {
      readonly request: string;
      readonly now: number;
      readonly limit: number;
      /** Nothing before what came to the destination earlier, whoever asked for it. */
      readonly isStrict?: boolean;
    };
    /** Packed on its way. */
    readonly answer: readonly Item[];
  };
  release: { readonly given: { readonly ids: readonly number[] }; readonly answer: void };
  settle: { readonly given: Settlement; readonly answer: void };
  settleAll: {
    /** Packed. */
    readonly given: { readonly acknowledgements: readonly number[] };
    readonly answer: void;
  };
  /** The generation of the journal of acknowledgements; null: there is none. */
  journal: { readonly given: Nothing; readonly answer: number | null };
  counts: { readonly given: { readonly request: string }; readonly answer: RequestCounts };
  prospect: {
    readonly given: { readonly request: string; readonly isStrict: boolean };
    readonly answer: Prospect;
  };
  /** The first instances of a request: their ids as resources. */
  instanceIds: {
    readonly given: { readonly request: string; readonly limit: number };
    readonly answer: readonly string[];
  };
  items: {
    readonly given: { readonly filter: ItemFilter; readonly limit: number };
    readonly answer: readonly ListedItem[];
  };
  totals: { readonly given: Nothing; readonly answer: readonly Total[] };
  requeue: Change;
  remove: Change;
  move: {
    readonly given: {
      readonly filter: ItemFilter;
      readonly to: QueueRequest;
      readonly now: number;
    };
    readonly answer: number;
  };
  divert: {
    readonly given: {
      readonly from: string;
      readonly to: string;
      /** What waits since then or before; epoch milliseconds. */
      readonly before: number;
      readonly now: number;
    };
    readonly answer: readonly Diversion[];
  };
  expire: {
    readonly given: { readonly destination: string; readonly before: number; readonly now: number };
    readonly answer: Expired;
  };
  cancel: {
    readonly given: { readonly request: string; readonly now: number; readonly before?: number };
    readonly answer: void;
  };
  purge: {
    readonly given: { readonly destination: string; readonly before: number; readonly now: number };
    readonly answer: number;
  };
  oldErrors: { readonly given: { readonly before: number }; readonly answer: number };
  setPaused: {
    readonly given: { readonly destination: string; readonly isPaused: boolean };
    readonly answer: void;
  };
  askCommitment: {
    readonly given: {
      readonly destination: string;
      readonly transaction: string;
      readonly limit: number;
      readonly now: number;
    };
    readonly answer: readonly Item[];
  };
  commitmentTaken: { readonly given: { readonly transaction: string }; readonly answer: void };
  forgetTransaction: { readonly given: { readonly transaction: string }; readonly answer: void };
  forgetTransactions: {
    readonly given: {
      readonly destination: string;
      readonly before: number;
      /** Also those that were on their way when a process ended. */
      readonly isStart: boolean;
    };
    readonly answer: number;
  };
  reportCommitment: {
    readonly given: { readonly report: CommitmentReport; readonly now: number };
    readonly answer: Reported;
  };
  paused: { readonly given: Nothing; readonly answer: readonly string[] };
  setJob: {
    readonly given: { readonly request: string; readonly job: string };
    readonly answer: void;
  };
  /** Whether anything waits for a destination. */
  isAwaited: { readonly given: { readonly destination: string }; readonly answer: boolean };
  /** Null: there is no such request. */
  place: { readonly given: { readonly request: string }; readonly answer: Place | null };
  places: { readonly given: { readonly destination: string }; readonly answer: readonly Place[] };
  openRequests: { readonly given: Nothing; readonly answer: readonly OpenRequest[] };
  unneeded: {
    readonly given: Keeping & { readonly limit: number; readonly before: number };
    readonly answer: readonly string[];
  };
  isSpooled: { readonly given: { readonly hash: string }; readonly answer: boolean };
  spooled: { readonly given: Nothing; readonly answer: readonly string[] };
}

/** There is nothing to say. */
type Nothing = Readonly<Record<string, never>>;

interface Change {
  readonly given: { readonly filter: ItemFilter; readonly now: number };
  readonly answer: readonly string[];
}

export type QueueCall = keyof QueueCalls;

/**
 * How acknowledgements get to the disk. `group`: several together, 20 ms after each of them at most.
 * `always`: each before the next instance goes out on its association.
 */
export type Fsync = "always" | "group";

/** What the queue's thread is begun with. */
export interface QueueThreadData {
  /** Of the database. */
  readonly path: string;
  readonly fsync: Fsync;
}

/** One call on its way to the queue's thread. */
export type QueueMessage = {
  readonly [Name in QueueCall]: {
    readonly number: number;
    readonly name: Name;
    readonly given: QueueCalls[Name]["given"];
  };
}[QueueCall];

export type QueueReply =
  | { readonly number: number; readonly kind: "done"; readonly answer: unknown }
  | {
      readonly number: number;
      readonly kind: "failed";
      readonly message: string;
      readonly isFull: boolean;
    }
  /** To nobody's call: whether the disk takes what was written; null: it does again. */
  | { readonly kind: "disk"; readonly trouble: string | null };
