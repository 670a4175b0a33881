import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, it } from "node:test";
import { freePort } from "../../../test/support/free-port.ts";
import { explicit, madeInstance } from "./support/made-instance.ts";
import { ReceivingPeer } from "./support/receiving-peer.ts";
import { RoutedQueue } from "./support/routed-queue.ts";

describe("what is sent straight goes nowhere else", () => {
  let peer: ReceivingPeer;
  let other: ReceivingPeer;
  let queue: RoutedQueue;

  beforeEach(async () => {
    peer = await ReceivingPeer.listen();
    other = await ReceivingPeer.listen();
    queue = await RoutedQueue.open({
      peers: { pacs: peer.port, other: other.port, dead: await freePort() },
      queue: { Rules: [{ To: ["other"] }] },
    });
  });
  afterEach(async () => {
    await queue[Symbol.asyncDispose]();
    await peer[Symbol.asyncDispose]();
    await other[Symbol.asyncDispose]();
  });

  it("and is told of as Orthanc does, however large it is", async () => {
    const { file, dataSet, sopClass, sopInstance } = madeInstance(explicit, 5_000_000);
    for (const times of [1, 2]) {
      const answer = await queue.call("POST", "/modalities/pacs/store-straight", file);
      assert.deepEqual(answer, [200, { SOPClassUID: sopClass, SOPInstanceUID: sopInstance }]);
      assert.equal(peer.received.length, times);
    }
    assert.ok(peer.received[0]?.bytes.equals(dataSet));
    const items = await queue.items();
    assert.deepEqual(
      items.map(({ Destination: one, State: state }) => [one, state]),
      [
        ["pacs", "Sent"],
        ["pacs", "Sent"],
      ],
    );
    assert.equal(other.received.length, 0);
  });

  it("and nothing of it waits if it does not arrive", async () => {
    const { file } = madeInstance();
    const [status, { OrthancStatus: code }] = await queue.call(
      "POST",
      "/modalities/dead/store-straight",
      file,
    );
    assert.deepEqual([status, code], [500, 9]);
    assert.deepEqual(
      (await queue.items()).map(({ State: state }) => state),
      ["Removed"],
    );
  });

  it("but not what is no image, nor to nobody", async () => {
    const files = await queue.spooled();
    const bytes = Buffer.from("no image");
    const of = async (name: string): Promise<number> =>
      (await queue.call("POST", `/modalities/${name}/store-straight`, bytes))[0];
    assert.deepEqual([await of("pacs"), await of("nobody")], [400, 404]);
    assert.deepEqual([await queue.spooled(), await queue.items()], [files, []]);
  });
});
