import { DataSetCut } from "../dicom/data-blocks.ts";
import { failure, type Failure } from "../policy/failure.ts";
import { SpoolReplaced } from "../spool/spool.ts";

/** A file of the spool could not be read: the peer has nothing to do with it. */
export function localFailure(error: unknown): Failure {
  const code = error instanceof Error && "code" in error ? String(error.code) : "LOCAL";
  if (code === "ENOENT") {
    return failure("local", "permanent", code, "The file is not in the spool any more.");
  }
  if (error instanceof SpoolReplaced) {
    const sentence = "The file in the spool is not the one that came in.";
    return failure("local", "permanent", "REPLACED", sentence);
  }
  if (error instanceof DataSetCut) {
    return failure("local", "permanent", "CUT", "The file in the spool was cut off.");
  }
  return failure("local", "transient", code, "The file in the spool cannot be read.");
}

/** The elements of a file do not end where they say, and its destination wants none of these. */
export const structureFailure: Failure = failure(
  "local",
  "permanent",
  "STRUCTURE",
  "The file is cut off or damaged: its elements do not end where they say.",
);
