import { createHash } from "node:crypto";
import type { Resources } from "./queue/item.ts";

/** What the ids of resources are made of; texts as they stand in the data set, trimmed. */
export interface Identifiers {
  readonly patientId: string;
  readonly studyInstance: string;
  readonly seriesInstance: string;
  readonly sopInstance: string;
}

/** The ids that Orthanc gives to the same resources: SHA-1, in five groups of eight digits. */
export function resourcesOf(identifiers: Identifiers): Resources {
  const { patientId, studyInstance, seriesInstance, sopInstance } = identifiers;
  return {
    patient: hashed(patientId),
    study: hashed(patientId, studyInstance),
    series: hashed(patientId, studyInstance, seriesInstance),
    instance: hashed(patientId, studyInstance, seriesInstance, sopInstance),
  };
}

function hashed(...parts: readonly string[]): string {
  const digits = createHash("sha1").update(parts.join("|"), "latin1").digest("hex");
  return [0, 8, 16, 24, 32].map((at) => digits.slice(at, at + 8)).join("-");
}
