import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Acceptor } from "../../src/dicom/acceptor.ts";
import type { Intake } from "../../src/receive/intake.ts";
import { StorageService } from "../../src/receive/storage-service.ts";
import { SpoolFull } from "../../src/spool/spool.ts";
import { contextsFor, associate, store } from "../support/sender.ts";
import { explicit, madeInstance } from "../support/made-instance.ts";

const quota = Object.assign(new Error("no more for you"), { code: "EDQUOT" });
const broken = Object.assign(new Error("the disk is broken"), { code: "EIO" });

/** An intake whose disk takes so many writes; what was written is discarded. */
function intakeOf(writes: number, error: Error): { intake: Intake; discards: () => number } {
  let left = writes;
  let discarded = 0;
  const take = async (): Promise<void> => {
    left -= 1;
    if (left < 0) throw error;
  };
  const writer = { write: take, discard: async () => void (discarded += 1) };
  const intake = { begin: async () => writer, takeOne: take };
  return { intake: intake as unknown as Intake, discards: () => discarded };
}

describe("a disk that fills up while an instance comes is the trouble of all that come (A700)", () => {
  for (const [what, error, status] of [
    ["what is kept free is reached", new SpoolFull("no room"), 0xa700],
    ["no more is granted", quota, 0xa700],
    ["but not one that is broken", broken, 0x0110],
  ] as const) {
    for (const [when, writes] of [
      ["at its beginning", 0],
      ["in the middle", 2],
    ] as const) {
      it(`${what}, ${when}`, async () => {
        const { intake, discards } = intakeOf(writes, error);
        const service = new StorageService(intake, async () => 0);
        const instance = madeInstance(explicit, 1_000_000);
        const acceptor = await Acceptor.listen(service, {
          address: "127.0.0.1",
          port: 0,
          tls: null,
          maxAssociations: 1,
          idleMs: 10_000,
          onTrouble: () => {},
        });
        const contexts = contextsFor([instance]);
        const association = await associate(acceptor.port, contexts);
        const answer = await store(association, instance, contexts);
        await association.release();
        await acceptor.close();
        assert.equal(answer.status.toString(16), status.toString(16));
        assert.equal(discards(), 1);
      });
    }
  }
});
