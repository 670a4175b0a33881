import { parseJobId, type JobId } from "../../../src/core/job-id.ts";
import type { Ids } from "../../../src/ports/ids.ts";
import type { OutputFiles } from "../../../src/ports/outputs.ts";

let count = 0;

/** Ids that no two jobs of this process have, and no chance at all. */
export const countingIds: Ids = {
  jobId(): JobId {
    count += 1;
    const id = parseJobId(`00000000-0000-4000-8000-${String(count).padStart(12, "0")}`);
    if (id === null) throw new Error("this is no id");
    return id;
  },
  random: () => 0.5,
};

/** These jobs write no outputs. */
export const noFiles: OutputFiles = {
  create: () => {
    throw new Error("nobody writes outputs here");
  },
  read: () => Promise.resolve(null),
  remove: () => Promise.resolve(),
  sweep: () => Promise.resolve(),
  close: () => Promise.resolve(),
};
