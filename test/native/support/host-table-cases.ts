import { statuses } from "../../../src/adapters/native/numbers.ts";

/** What the cases of one thread must answer: how often, or a status. */
export const table: Readonly<Record<string, number | string>> = {
  "create-without-desc": "INVALID_ARGUMENT",
  "create-without-job": "INVALID_ARGUMENT",
  "create-without-step": "INVALID_ARGUMENT",
  "create-without-type": "INVALID_ARGUMENT",
  "create-with-empty-type": "INVALID_ARGUMENT",
  "create-with-type-not-utf8": "INVALID_ARGUMENT",
  "create-with-long-type": "TOO_LARGE",
  "create-with-unknown-flag": "UNSUPPORTED",
  "create-with-no-size": "INVALID_ARGUMENT",
  "create-too-new": "TOO_NEW",
  "creates-finalized": 0,
  "creates-wrote": 0,
  "create-longer": "OK",
  "create-longer-free": "OK",
  create: "OK",
  free: "OK",
  "free-finalized": 1,
  "free-finalized-here": 1,
  "free-again": "STALE_HANDLE",
  "submit-freed": "STALE_HANDLE",
  "free-none": "INVALID_ARGUMENT",
  "submit-none": "INVALID_ARGUMENT",
  "free-forged": "STALE_HANDLE",
  "submit-garbage": "STALE_HANDLE",
  "submits-wrote": 0,
  "frees-finalized": 1,
  "submit-mute": "BAD_STATE_DATA",
  "submit-mute-finalized": 0,
  "submit-mute-again": "OK",
  "submit-list": "INVALID_JSON",
  "submit-list-finalized": 0,
  "submit-list-again": "OK",
  "submit-huge": "TOO_LARGE",
  "submit-huge-finalized": 0,
  "submit-huge-again": "OK",
  "submit-without-id": "INVALID_ARGUMENT",
  "submit-with-key": "INVALID_ARGUMENT",
  "submit-with-flag": "UNSUPPORTED",
  "submit-with-delay": "INVALID_ARGUMENT",
  "submit-with-timeout": "INVALID_ARGUMENT",
  "submit-with-data": "INVALID_JSON",
  "submit-with-factor": "INVALID_ARGUMENT",
  "submit-with-attempts": "INVALID_ARGUMENT",
  "submit-with-new": "TOO_NEW",
  "submit-finalized": 0,
  submit: "OK",
  "submit-wrote": 1,
  "submit-again": "ALREADY_SUBMITTED",
  "free-submitted": "ALREADY_SUBMITTED",
  "submitted-finalized": 0,
};

const isCount = (name: string): boolean => /finalized|wrote/.test(name);

export function readTable(text: string): Record<string, number | string> {
  const lines = text
    .split("\n")
    .slice(0, -1)
    .map((line) => line.split(" "));
  return Object.fromEntries(
    lines.map(([name = "", value]) => [
      name,
      isCount(name) ? Number(value) : (statuses[Number(value)] ?? "?"),
    ]),
  );
}
