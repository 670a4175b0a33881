import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { freePort } from "../../../../test/support/free-port.ts";
import { ctImageStorage, explicit, madeInstance } from "../support/made-instance.ts";
import { RoutedQueue } from "../support/routed-queue.ts";
import { associate } from "../support/sender.ts";

/** DCMTK's storescp is silent over a longer one in an association, and whoever asks for it waits in vain. */
const tooLong = `1.2.${"3".repeat(61)}`;

describe("what no association can be asked for is refused, and keeps nothing else back", () => {
  let queue: RoutedQueue;
  let port = 0;
  before(async () => {
    port = await freePort();
    queue = await RoutedQueue.open({
      more: { DicomServerEnabled: true, DicomPort: port, DicomAddress: "127.0.0.1" },
    });
  });
  after(() => queue[Symbol.asyncDispose]());

  for (const [what, syntax, sopClass] of [
    ["SOP class", explicit, tooLong],
    ["SOP class", explicit, "1.2.CT"],
    ["transfer syntax", tooLong, ctImageStorage],
    ["transfer syntax", "1.2.jpeg", ctImageStorage],
  ] as const) {
    it(`a file with the ${what} "${(what === "SOP class" ? sopClass : syntax).slice(0, 9)}…"`, async () => {
      const { file } = madeInstance(syntax, 100, undefined, sopClass);
      const [status, { Details: details }] = await queue.call("POST", "/instances", file);
      assert.deepEqual([status, details], [400, `Its ${what} is no UID.`]);
      assert.deepEqual(await queue.spooled(), []);
    });
  }

  it("a context: another one of it is taken, if there is one", async () => {
    const contexts = [
      { id: 1, abstractSyntax: ctImageStorage, transferSyntaxes: [tooLong] },
      { id: 3, abstractSyntax: ctImageStorage, transferSyntaxes: [tooLong, explicit] },
      { id: 5, abstractSyntax: tooLong, transferSyntaxes: [explicit] },
    ];
    const association = await associate(port, contexts);
    const answers = contexts.map(({ id }) => association.context(id));
    await association.release();
    assert.deepEqual(
      answers.map((answer) => answer?.result),
      [4, 0, 3],
    );
    assert.equal(answers[1]?.transferSyntax, explicit);
  });
});
