import { Type } from "typebox";
import { Value } from "typebox/value";
import { unpadded } from "../dicom/padding.ts";

/** What a server says of instances in its answer to a STOW, PS3.18 table 10.5.3-2. By SOP Instance UID. */
export interface StowAnswer {
  /** With the reason of a warning, or null: without one. */
  readonly stored: ReadonlyMap<string, number | null>;
  /** With the reason of the failure, or null: it gave none. */
  readonly failed: ReadonlyMap<string, number | null>;
}

const tags = {
  storedSequence: "00081199",
  failedSequence: "00081198",
  sopInstance: "00081155",
  warningReason: "00081196",
  failureReason: "00081197",
} as const;

/** DICOM's JSON (PS3.18 F.2), as far as it is looked at. */
const dataSet = Type.Record(Type.String(), Type.Unknown());
const element = Type.Object({ Value: Type.Optional(Type.Array(Type.Unknown())) });

/** Null: it is no data set in JSON, or has neither of the two sequences. */
export function readStowAnswer(body: Buffer | null): StowAnswer | null {
  const root = rootOf(body);
  if (root === null) return null;
  const isAnswer = tags.storedSequence in root || tags.failedSequence in root;
  if (!isAnswer) return null;
  return {
    stored: reasonsOf(root, tags.storedSequence, tags.warningReason),
    failed: reasonsOf(root, tags.failedSequence, tags.failureReason),
  };
}

type DataSet = Readonly<Record<string, unknown>>;

function rootOf(body: Buffer | null): DataSet | null {
  if (body === null) return null;
  const parsed = parse(body.toString("utf8"));
  // Some answer with a list of one.
  const root: unknown = Array.isArray(parsed) && parsed.length === 1 ? parsed[0] : parsed;
  return Value.Check(dataSet, root) ? root : null;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

function reasonsOf(
  root: DataSet,
  sequence: string,
  reason: string,
): ReadonlyMap<string, number | null> {
  const reasons = new Map<string, number | null>();
  for (const item of valuesOf(root, sequence)) {
    if (!Value.Check(dataSet, item)) continue;
    const [uid] = valuesOf(item, tags.sopInstance);
    if (typeof uid !== "string") continue;
    reasons.set(unpadded(Buffer.from(uid), "utf8"), statusIn(item, reason));
  }
  return reasons;
}

function valuesOf(of: DataSet, tag: string): readonly unknown[] {
  const found = of[tag];
  return Value.Check(element, found) ? (found.Value ?? []) : [];
}

/** A number of two bytes; some write it as a text. */
function statusIn(item: DataSet, tag: string): number | null {
  const [value] = valuesOf(item, tag);
  const status = typeof value === "string" && value !== "" ? Number(value) : value;
  return typeof status === "number" && Number.isInteger(status) && status >= 0 && status <= 0xffff
    ? status
    : null;
}
