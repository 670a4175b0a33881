import type { FastifyRequest } from "fastify";
import type { Admission } from "./live-accounts.ts";

const admissions = new WeakMap<FastifyRequest["raw"], Admission>();

/** The request was let in. */
export function admit({ raw }: FastifyRequest, admission: Admission): void {
  admissions.set(raw, admission);
}

/** For how long whoever sent the request may stay; null: nobody asks. */
export function admissionOf({ raw }: FastifyRequest): Admission | null {
  return admissions.get(raw) ?? null;
}
