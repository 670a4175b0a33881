import type { ErrorCode } from "../../../core/errors.ts";
import type { JobId } from "../../../core/job-id.ts";
import type { NativeProperty } from "../../../native/messages.ts";
import type { Property } from "../../../ports/properties.ts";
import type { JobRow, RowValues } from "./job-row.ts";

/** `full`: a commit survives a power loss. `process`: it survives kill -9, and costs far less. */
export type Durability = "full" | "process";

/** What a store thread is born with. */
export interface StoreThreadData {
  /** Absolute. */
  readonly path: string;
  readonly durability: Durability;
  /** Of the CommitMark. */
  readonly mark: SharedArrayBuffer;
  /** The number of the native core whose queue brings the writes; null: they come as messages. */
  readonly nativeCore: number | null;
}

/** What the store tells its thread, in this order: open once, writes, copies and questions, close. */
export type StoreRequest =
  | OpenRequest
  | WriteRequest
  /** What was handed over in one turn: a message costs more than what is in it. */
  | { readonly kind: "writes"; readonly requests: readonly WriteRequest[] }
  | CopyRequest
  | PropertiesRequest
  | { readonly kind: "close" };

export interface OpenRequest {
  readonly kind: "open";
  /** Whether to send what is stored; otherwise nothing of it is read. */
  readonly load: boolean;
  /** New jobs that were answered STORE_FAILED though an earlier thread may have stored them. */
  readonly remove: readonly JobId[];
  /**
   * What was in doubt when the thread before died, written again before anything else: the native core's
   * queue, which brings what is newer, is open only afterwards.
   */
  readonly again: readonly WriteRequest[];
}

export interface WriteRequest {
  readonly kind: "write";
  /** Counts up by one; 0: a native thread's, which hears of the end by its ticket alone. */
  readonly number: number;
  /** The highest number whose answer the store had heard when it sent this. */
  readonly heard: number;
  /** The writes are new jobs; of JavaScript one. */
  readonly adds: boolean;
  readonly writes: readonly RowWrite[];
  /** Of the native core's queue, which hears of the end too; absent: it came as a message. */
  readonly ticket?: number;
}

/** Read some properties of a plugin, after whatever was handed over before. */
export interface PropertiesRequest {
  readonly kind: "properties";
  readonly number: number;
  readonly plugin: string;
  /** Those whose names come after it; null: from the first on. */
  readonly after: string | null;
}

/** Make a copy of the database; one at a time. */
export interface CopyRequest {
  readonly kind: "copy";
  /** Where to; there is nothing there. */
  readonly file: string;
}

export type RowWrite =
  | { readonly kind: "put" | "put-state"; readonly id: JobId; readonly row: RowValues }
  | { readonly kind: "checkpoint"; readonly id: JobId; readonly run: RunColumns }
  | { readonly kind: "delete"; readonly id: JobId }
  /** Of a plugin, not of a job. */
  | { readonly kind: "property"; readonly property: NativeProperty }
  /** A record that has no row. It is sent all the same, to be refused in its turn. */
  | { readonly kind: "invalid"; readonly id: JobId; readonly fault: string };

/** What a run that saves itself writes of its job, and nobody else while it runs. */
export type RunColumns = Pick<JobRow, "current_state" | "progress" | "runtime_ms"> & {
  /** Null: unchanged. */
  readonly content: string | null;
};

/** What a store thread answers, in the order of the requests; a copy when it is made. */
export type StoreAnswer =
  /** Each row as its values, in the order of the columns. */
  | { readonly kind: "read"; readonly rows: readonly (readonly unknown[])[] }
  | { readonly kind: "opened"; readonly highestSequence: number }
  /** The database cannot be used; the thread ends. */
  | { readonly kind: "unopened"; readonly code: ErrorCode; readonly detail: string }
  /** One transaction with all requests of these numbers is committed. */
  | { readonly kind: "committed"; readonly first: number; readonly last: number }
  /** Nothing of this request was written. */
  | { readonly kind: "failed"; readonly number: number; readonly detail: string }
  | ({ readonly kind: "copied" } & Copied)
  /** Null: they cannot be read. */
  | {
      readonly kind: "properties";
      readonly number: number;
      readonly properties: readonly Property[] | null;
    };

/** What became of a copy. */
export interface Copied {
  /** Null: it is made. Else why not. */
  readonly fault: string | null;
  /** The files of outputs that its records name. */
  readonly outputs: readonly string[];
}
