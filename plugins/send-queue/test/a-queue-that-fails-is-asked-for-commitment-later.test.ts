import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { setTimeout as delay } from "node:timers/promises";
import type { JobHost } from "../../../src/sdk.ts";
import { Committer } from "../src/commitment/committer.ts";
import type { Destination } from "../src/destinations/destination.ts";
import type { SendParts } from "../src/job/send-job.ts";
import { closedBreaker } from "../src/policy/breaker.ts";
import type { Item } from "../src/queue/item.ts";
import { QueueFailed } from "../src/queue/queue.ts";
import { freePort } from "../../../test/support/free-port.ts";

/** When every pause is over. */
const later = (): number => Date.now() + 3_600_000;

/** A committer for one destination where nobody listens, and a queue that can be made to fail. */
class Asked {
  readonly calls: string[] = [];
  readonly logged: string[] = [];
  failing: string | null = null;
  /** How many transactions have taken too long. */
  forgotten = 0;
  /** How often it was made sure that somebody asks after the peer if that is in trouble. */
  watched = 0;
  readonly #committer: Committer;

  constructor(port: number) {
    const call = async (
      name: string,
      { transaction, isStart }: { readonly transaction?: string; readonly isStart?: boolean },
    ): Promise<unknown> => {
      this.calls.push(`${name} ${transaction ?? isStart}`);
      if (name === this.failing) throw new QueueFailed("database or disk is full");
      if (name === "forgetTransactions") return this.forgotten;
      return [{ instance: { sopClass: "1.2", sopInstance: "1.3" } } as Item];
    };
    const target = {
      kind: "dicom",
      name: "pacs",
      commitmentMs: 86_400_000,
      address: { host: "127.0.0.1", port, tls: null },
      backOff: { firstMs: 5_000, factor: 2, capMs: 600_000, jitter: 0 },
    };
    const destination = {
      target,
      isPaused: false,
      gate: { watch: () => (this.watched += 1) },
      breaker: closedBreaker,
      opensAt: (now: number) => now,
    } as unknown as Destination;
    const host = { log: (_level: string, text: string) => this.logged.push(text) };
    this.#committer = new Committer(
      host as unknown as JobHost,
      { queue: { call } } as unknown as SendParts,
      [destination],
    );
  }

  /** One round, and the end of what it began; answers which transactions it was about. */
  async round(now: number): Promise<readonly string[]> {
    this.calls.length = 0;
    await this.#committer.care(now);
    // What nobody has handled by now ends the test, as it would the process.
    await delay(1);
    await this.#committer.close();
    return this.asks;
  }

  /** Without the question, in each round, what has taken too long. */
  get asks(): readonly string[] {
    return this.calls.filter((one) => !one.startsWith("forgetTransactions"));
  }
}

describe("a queue that fails is asked for commitment later", () => {
  it("when it cannot tell what is to be asked for: nobody is stopped by it", async () => {
    const asked = new Asked(await freePort());
    asked.failing = "askCommitment";
    assert.equal((await asked.round(Date.now())).length, 1);
    assert.match(asked.logged.join(), /pacs could not be asked .*disk is full/);
    assert.deepEqual(await asked.round(Date.now()), [], "it rests for a while");
    assert.equal((await asked.round(later())).length, 1);
  });

  it("when it could not forget a request that no peer took: it forgets it first", async () => {
    const asked = new Asked(await freePort());
    asked.failing = "forgetTransaction";
    const [first = "", second = ""] = await asked.round(Date.now());
    const [, transaction = ""] = first.split(" ");
    assert.equal(first, `askCommitment ${transaction}`);
    assert.equal(second, `forgetTransaction ${transaction}`);
    assert.deepEqual(await asked.round(later()), [`forgetTransaction ${transaction}`]);
    asked.failing = null;
    const [again, next = ""] = await asked.round(later());
    assert.equal(again, `forgetTransaction ${transaction}`);
    assert.match(next, /^askCommitment 2\.25\./);
    assert.notEqual(next, first);
  });

  it("when it could not forget what was on its way as a process ended: it does so once it can", async () => {
    const asked = new Asked(await freePort());
    asked.failing = "forgetTransactions";
    await assert.rejects(asked.round(Date.now()), QueueFailed);
    asked.failing = null;
    await asked.round(later());
    assert.equal(asked.calls[0], "forgetTransactions true");
    await asked.round(later());
    // What is on its way now is none of these.
    assert.equal(asked.calls[0], "forgetTransactions false");
  });
  it("and a peer that did not report in time is asked after if it is in trouble", async () => {
    const asked = new Asked(await freePort());
    asked.forgotten = 1;
    await asked.round(Date.now());
    assert.equal(asked.watched, 0, "at the start it is in none");
    await asked.round(later());
    assert.equal(asked.watched, 1);
    asked.forgotten = 0;
    await asked.round(later());
    assert.equal(asked.watched, 1);
  });
});
