import type { Modality, Target } from "../settings/settings.ts";
import type { StoreRequest } from "./store-request.ts";

/**
 * What a request says of its peer and that is not as it is configured; null: nothing. Nobody else must be sent
 * to than somebody asked for, and be told that it was done.
 */
export function unlikeConfigured(target: Target, { peer }: StoreRequest): string | null {
  const configured: Peer = {
    ...(target.kind === "dicom" ? peerOf(target) : {}),
    Timeout: target.timeoutMs / 1_000,
  };
  const unlike = names.find((name) => peer[name] !== undefined && peer[name] !== configured[name]);
  return unlike ?? null;
}

type Peer = StoreRequest["peer"];

const names = [
  "Timeout",
  "LocalAet",
  "CalledAet",
  "Host",
  "Port",
  "MoveOriginatorAet",
  "MoveOriginatorID",
] as const satisfies readonly (keyof Peer)[];

const peerOf = ({ localAet, aet, address }: Modality): Omit<Peer, "Timeout"> => ({
  LocalAet: localAet,
  CalledAet: aet,
  Host: address.host,
  Port: address.port,
});
