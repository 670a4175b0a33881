/** A folder into which others put files. */
export interface FolderSettings {
  readonly name: string;
  readonly path: string;
  /** Where everything in it goes; null: the rules say it. */
  readonly to: readonly string[] | null;
  readonly done: "remove" | "move";
  /** A file that has not changed for so long is complete; milliseconds. */
  readonly stableMs: number;
  /** What is no DICOM is rejected when it has not changed for so long; milliseconds. */
  readonly rejectMs: number;
  /** How often it is looked through; milliseconds. */
  readonly scanMs: number;
}
