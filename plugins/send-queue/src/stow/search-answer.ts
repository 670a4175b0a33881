import { Type } from "typebox";
import { Value } from "typebox/value";
import { unpadded } from "../dicom/padding.ts";

const sopInstanceTag = "00080018";

/** DICOM's JSON (PS3.18 F.2) of what was found, as far as it is looked at. */
const found = Type.Array(
  Type.Object({
    [sopInstanceTag]: Type.Optional(
      Type.Object({ Value: Type.Optional(Type.Array(Type.Unknown())) }),
    ),
  }),
);

/**
 * Whether an answer to a search for an instance (QIDO-RS) has it. A server that looks for nothing answers with
 * whatever it has: only the UID itself says that it is there.
 */
export function hasInstance(body: Buffer | null, uid: string): boolean {
  const answer = body === null ? null : parse(body.toString("utf8"));
  if (!Value.Check(found, answer)) return false;
  return answer.some(({ [sopInstanceTag]: element }) => {
    const [value] = element?.Value ?? [];
    return typeof value === "string" && unpadded(Buffer.from(value), "utf8") === uid;
  });
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
