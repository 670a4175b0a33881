import { randomUUID } from "node:crypto";
import { parseJobId } from "../core/job-id.ts";
import type { Ids } from "../ports/ids.ts";

/** Identity and chance from the operating system. */
export const systemIds: Ids = {
  jobId() {
    const id = parseJobId(randomUUID());
    if (id === null) throw new Error("INTERNAL_UUID");
    return id;
  },
  random: () => Math.random(),
};
