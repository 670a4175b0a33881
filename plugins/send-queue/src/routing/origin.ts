/** Where instances come from. */
export interface Origin {
  readonly source: "dicom" | "rest" | "folder";
  /** Of the association; "": there was none. */
  readonly calledAet: string;
  readonly callingAet: string;
  /** The name of the folder; "": it was none. */
  readonly folder: string;
  /** Where everything goes that comes from there; null: the rules say it. */
  readonly to: readonly string[] | null;
}

/** Of `POST /instances`. */
export const fromRest: Origin = {
  source: "rest",
  calledAet: "",
  callingAet: "",
  folder: "",
  to: null,
};
