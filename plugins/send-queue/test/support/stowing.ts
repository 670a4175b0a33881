import { mkdir, mkdtemp, rm, truncate, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { batchOf } from "../../src/destinations/batch.ts";
import type { OnlyVersion } from "../../src/destinations/confirmation.ts";
import type { Sender } from "../../src/destinations/sender.ts";
import { StowSenders } from "../../src/destinations/stow-sender.ts";
import type { Item } from "../../src/queue/item.ts";
import { readSettings, type WebServer } from "../../src/settings/settings.ts";
import { Spool } from "../../src/spool/spool.ts";
import type { WebPatience } from "../../src/stow/exchange.ts";
import { madeInstance, type MadeInstance } from "./made-instance.ts";

/** A sender to a web server, with a spool of its own, without queue and jobs. */
export class Stowing implements AsyncDisposable {
  readonly spool: Spool;
  readonly #folder: string;

  private constructor(folder: string, spool: Spool) {
    this.#folder = folder;
    this.spool = spool;
  }

  static async open(): Promise<Stowing> {
    const folder = await mkdtemp(join(tmpdir(), "send-queue-"));
    return new Stowing(folder, await Spool.open(folder, 0));
  }

  /** `given`: of the server's configuration. */
  senders(
    given: object,
    patience: Partial<WebPatience> = {},
    isOnlyVersion?: OnlyVersion,
  ): StowSenders {
    const server = { ...webServer(given), isConfirmed: isOnlyVersion !== undefined };
    const own = { ...server.patience, ...patience };
    return new StowSenders({ ...server, patience: own }, this.spool, [], isOnlyVersion);
  }

  /** Items as they come from the queue, their files in the spool. */
  async items(instances: readonly MadeInstance[]): Promise<Item[]> {
    const items: Item[] = [];
    for (const [index, instance] of instances.entries()) {
      const writer = await this.spool.create();
      await writer.write(instance.file);
      const { hash } = await writer.close();
      items.push(itemOf(index, instance, hash));
    }
    return items;
  }

  /** An item whose file has so many bytes of nothing, and takes no room on the disk. */
  async hollow(size: number): Promise<Item[]> {
    const hash = "0".repeat(64);
    await mkdir(join(this.#folder, "00"), { recursive: true });
    await writeFile(join(this.#folder, "00", hash), "");
    await truncate(join(this.#folder, "00", hash), size);
    // The spool takes a file with the time that belongs to its hash for the one that came in.
    await utimes(join(this.#folder, "00", hash), 1_000_000_000, 1_000_000_000);
    const item = itemOf(0, madeInstance(), hash);
    return [{ ...item, instance: { ...item.instance, offset: 0, size } }];
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.#folder, { recursive: true });
  }
}

/** Its settings, with every default. */
export function webServer(given: object): WebServer {
  const { targets } = readSettings({ DicomWeb: { Servers: { web: given } } }, () => "");
  const target = targets.get("web");
  if (target?.kind !== "dicom-web") throw new TypeError("not a web server");
  return target;
}

/** Sends all of them as the destination would, and says what became of each, in their order. */
export async function fatesOf(sender: Sender, items: readonly Item[]): Promise<string[]> {
  const fates = new Map<Item, string>();
  for (let left = items; left.length > 0 && sender.isUsable;) {
    const [first, ...others] = left;
    if (first === undefined) break;
    const batch = batchOf(first, others, sender);
    left = left.slice(batch.length);
    for await (const tried of sender.send(batch)) {
      for (const { item, verdict } of tried) {
        fates.set(
          item,
          verdict.kind === "delivered"
            ? ["delivered", ...(verdict.warning === null ? [] : [verdict.warning])].join(" ")
            : `${verdict.failure.scope} ${verdict.failure.kind} ${verdict.failure.code}`,
        );
      }
    }
  }
  return items.map((item) => fates.get(item) ?? "untried");
}

const itemOf = (index: number, instance: MadeInstance, hash: string): Item => ({
  id: index + 1,
  request: "request",
  destination: "web",
  instance: {
    hash,
    sopClass: instance.sopClass,
    sopInstance: instance.sopInstance,
    transferSyntax: instance.transferSyntax,
    offset: instance.file.length - instance.dataSet.length,
    size: instance.dataSet.length,
    resources: { patient: "", study: "", series: "", instance: "" },
  },
  state: "pending",
  attempts: 0,
  dueAt: 0,
  isAlone: false,
  warning: null,
  lastFailure: null,
  cameFrom: null,
  commitment: "none",
  enteredAt: 0,
  changedAt: 0,
});
