import type { JsonObject, JsonValue } from "../ports/job.ts";

/** A request that makes a job. */
export interface JobRequest {
  readonly method: string;
  readonly path: string;
  readonly body?: JsonValue;
}

/** What kind of native plugin a file is. */
export type NativeKind = "library" | "addon";

/** All that a case needs, as it is handed to its process. */
export interface CaseSpec {
  readonly name: string;
  /** The plugin's file. */
  readonly file: string;
  readonly kind: NativeKind;
  readonly requests: readonly JobRequest[];
  /** The settings of all plugins, by their names. */
  readonly settings: Readonly<Record<string, JsonObject>>;
  readonly seed: number;
  /** Which of its processes this is, from 0. */
  readonly life: number;
  /** A folder of the case's own; the journal and the store are in it. */
  readonly folder: string;
}

/** The journal of a case. */
export const journalOf = (folder: string): string => `${folder}/journal`;
