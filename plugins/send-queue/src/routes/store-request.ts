import { Type, type Static } from "typebox";
import { Value } from "typebox/value";
import type { RepushPolicy } from "../queue/item.ts";
import { readTimestamp } from "../timestamp.ts";

/** Orthanc's, of whom it is sent to and by whom. Here that is configured, so that every later try does the same. */
const peerObject = Type.Object({
  LocalAet: Type.String(),
  CalledAet: Type.String(),
  Host: Type.String(),
  Port: Type.Integer(),
  MoveOriginatorAet: Type.String(),
  MoveOriginatorID: Type.Integer(),
  Timeout: Type.Number(),
});

const storeObject = Type.Object({
  Resources: Type.Array(Type.String({ minLength: 1 })),
  Synchronous: Type.Optional(Type.Boolean()),
  Asynchronous: Type.Optional(Type.Boolean()),
  Priority: Type.Optional(Type.Integer({ minimum: -(2 ** 31), maximum: 2 ** 31 - 1 })),
  Permissive: Type.Optional(Type.Boolean()),
  /** Whether a modality is asked to answer for them, also if it is not configured so. */
  StorageCommitment: Type.Optional(Type.Boolean()),
  /** Ours: nothing is sent before; a time of ISO 8601 that says its zone, or as Orthanc writes it. */
  NotBefore: Type.Optional(
    Type.Refine(
      Type.String(),
      (text) => readTimestamp(text) !== null,
      () => "must be a time as 2026-11-22T22:00:00Z",
    ),
  ),
  /** Ours: whether what was not transferred stays in the queue. Default true. */
  Queue: Type.Optional(Type.Boolean()),
  /** Ours: seconds until a synchronous request is answered with 202; 0: as long as it takes. */
  SynchronousTimeout: Type.Optional(Type.Number({ minimum: 0, maximum: 86_400 })),
  /** Of Orthanc's STOW: ours are configured, so that they go along with every later try. */
  HttpHeaders: Type.Optional(Type.Object({}, { additionalProperties: false })),
  ...Type.Partial(peerObject).properties,
  RepushPolicy: Type.Optional(
    Type.Union(
      (["always", "updates-only", "new-only", "never"] as const).map((name) => Type.Literal(name)),
    ),
  ),
});

/** What `POST /modalities/{id}/store` is asked for. */
export interface StoreRequest {
  readonly resources: readonly string[];
  readonly isSynchronous: boolean;
  readonly priority: number;
  readonly isPermissive: boolean;
  readonly isToCommit: boolean;
  readonly isQueued: boolean;
  /** Nothing is sent before; epoch milliseconds, null: it is sent at once. */
  readonly notBefore: number | null;
  /** Who is to send it to whom; what is not said is as it is configured. */
  readonly peer: Partial<Static<typeof peerObject>>;
  /** Milliseconds; null: as long as it takes. */
  readonly timeoutMs: number | null;
  readonly policy: RepushPolicy;
}

/** Orthanc's three forms: an id, a list of ids, an object. Null, with the reason: none of them. */
export function readStoreRequest(
  body: Uint8Array,
): { readonly request: StoreRequest } | { readonly invalid: string } {
  const text = new TextDecoder().decode(body).trim();
  const parsed = parse(text);
  if (parsed === undefined) {
    // An id alone is not JSON.
    return /^[0-9a-f-]{44}$/i.test(text)
      ? { request: withDefaults({ Resources: [text] }) }
      : { invalid: "The body is neither the id of a resource nor JSON." };
  }
  const given = shaped(parsed);
  if (Value.Check(storeObject, given)) return { request: withDefaults(given) };
  const [error] = Value.Errors(storeObject, given);
  const where = (error?.instancePath ?? "").split("/").slice(1).join(".");
  return { invalid: `The member "${where}" of the body ${error?.message ?? "is wrong"}.` };
}

function shaped(parsed: unknown): unknown {
  if (typeof parsed === "string") return { Resources: [parsed] };
  return Array.isArray(parsed) ? { Resources: parsed } : parsed;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

const timeOf = (text: string | undefined): number | null =>
  text === undefined ? null : readTimestamp(text);

export function withDefaults(given: Static<typeof storeObject>): StoreRequest {
  const { Synchronous: isSynchronous, Asynchronous: isAsynchronous = false } = given;
  const timeout = given.SynchronousTimeout ?? 0;
  return {
    resources: given.Resources,
    isSynchronous: isSynchronous ?? !isAsynchronous,
    priority: given.Priority ?? 0,
    isPermissive: given.Permissive ?? false,
    isToCommit: given.StorageCommitment ?? false,
    isQueued: given.Queue ?? true,
    notBefore: timeOf(given.NotBefore),
    peer: given,
    timeoutMs: timeout === 0 ? null : timeout * 1_000,
    policy: given.RepushPolicy ?? "always",
  };
}
