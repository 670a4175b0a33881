import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import { describe, it } from "node:test";
import { answerBit, commandField, element, numberOf, textOf } from "../src/dicom/command.ts";
import {
  eventReport,
  readRequest,
  reportOf,
  type AskedFor,
} from "./support/commitment-messages.ts";
import { madeInstance } from "./support/made-instance.ts";
import { RawAssociation } from "./support/raw-association.ts";
import { ServedQueue, until } from "./support/served-queue.ts";

describe("a peer answers at once", () => {
  it("on the association on which it was asked", async () => {
    const asked: AskedFor[] = [];
    const answers: number[] = [];
    const serve = async (socket: Socket): Promise<void> => {
      const association = await RawAssociation.accept(socket);
      for (;;) {
        const message = await association.next().catch(() => null);
        if (message === null) return;
        const { command, contextId, dataSet } = message;
        const field = numberOf(command, element.field);
        if (field === (commandField.eventReport | answerBit)) {
          answers.push(numberOf(command, element.status));
          continue;
        }
        const reply = new Map<number, number | string>([
          [element.field, field | answerBit],
          [element.answeredMessageId, numberOf(command, element.messageId)],
          [element.status, 0],
        ]);
        association.send(reply, null, contextId);
        if (field !== commandField.action) continue;
        assert.equal(textOf(command, element.requestedSopInstance), "1.2.840.10008.1.20.1.1");
        const request = readRequest(dataSet);
        asked.push(request);
        association.send(eventReport(1), reportOf(request), contextId);
      }
    };
    const server = createServer((socket) => void serve(socket));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const bound = server.address();
    const port = bound !== null && typeof bound === "object" ? bound.port : 0;
    {
      const rules = { Defaults: { StorageCommitment: true } };
      await using queue = await ServedQueue.open({ pacs: port }, rules);
      await queue.host.waitJob(await queue.send("pacs", [madeInstance(), madeInstance()]));
      await until("it is committed", () => isCommitted(queue));
    }
    // Two requests if it was asked for the first before the second was sent.
    assert.ok(asked.length > 0);
    assert.deepEqual(
      answers,
      asked.map(() => 0),
    );
    assert.equal(asked.flatMap(({ instances }) => instances).length, 2);
    server.close();
  });
});

const isCommitted = async (queue: ServedQueue): Promise<boolean> =>
  (await queue.items("destination=pacs")).every(({ Commitment: one }) => one === "Committed");
