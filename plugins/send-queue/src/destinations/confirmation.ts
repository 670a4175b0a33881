import type { Item } from "../queue/item.ts";
import { hasInstance } from "../stow/search-answer.ts";
import type { WebConnection } from "../stow/web-connection.ts";
import type { Tried } from "./sender.ts";
import { accept } from "./stow-peer.ts";

/** Whether nothing else ever came in under the UID of an item: what is found by it is this one. */
export type OnlyVersion = (item: Item) => Promise<boolean>;

/** A failure that leaves open whether the server has the instance. */
const openCodes: ReadonlySet<string> = new Set(["UNCONFIRMED", "HTTP 409"]);

/**
 * Asks a server for the instances that it has not said anything of, and for those that it refuses as a
 * conflict (QIDO-RS). What it has is delivered; that its answer did not say so is the warning. Of what
 * there are several versions the server is not asked: it may have the other.
 */
export async function confirmed(
  tried: readonly Tried[],
  connection: WebConnection,
  isOnlyVersion: OnlyVersion,
): Promise<readonly Tried[]> {
  const told: Tried[] = [];
  let answers = true;
  for (const one of tried) {
    const { item, verdict } = one;
    const code = verdict.kind === "failed" ? verdict.failure.code : "";
    // Who does not answer to one question is not asked the next hundred.
    const isOpen: boolean = answers && openCodes.has(code) && (await isOnlyVersion(item));
    const has: boolean | null = isOpen && (await ask(connection, item.instance.sopInstance));
    answers &&= has !== null;
    told.push(has === true ? { item, verdict: { kind: "delivered", warning: code } } : one);
  }
  return told;
}

/** Whether it has an instance; null: it does not say. */
async function ask(connection: WebConnection, uid: string): Promise<boolean | null> {
  const exchanged = await connection.exchange({
    method: "GET",
    path: `instances?SOPInstanceUID=${encodeURIComponent(uid)}&limit=1`,
    headers: { Accept: accept },
    blocks: null,
  });
  if (exchanged.kind !== "answered") return null;
  const { status, body } = exchanged.reply;
  if (status === noContent) return false;
  return status === 200 ? hasInstance(body, uid) : null;
}

/** What was looked for is not there, PS3.18 10.6.3. */
const noContent = 204;
