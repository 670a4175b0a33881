import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { StoreRequest, WriteRequest } from "../../../src/adapters/stores/sqlite/messages.ts";
import { Outbox } from "../../../src/adapters/stores/sqlite/outbox.ts";

const unsendable = 13;

/** Notes the numbers of the writes in each message. */
class Thread {
  readonly messages: number[][] = [];

  postMessage(request: StoreRequest): void {
    const numbers =
      request.kind === "writes"
        ? request.requests.map(({ number }) => number)
        : [request.kind === "write" ? request.number : 0];
    if (numbers.includes(unsendable)) throw new Error("it could not be cloned");
    this.messages.push(numbers);
  }
}

class Scene {
  readonly refused: (readonly [number: number, why: string])[] = [];
  readonly #ends: (() => void)[] = [];
  readonly outbox: Outbox = new Outbox({
    refused: (...refused) => void this.refused.push(refused),
    atEnd: (callback) => void this.#ends.push(callback),
  });

  add(thread: Thread, ...numbers: readonly number[]): void {
    for (const number of numbers) {
      const write: WriteRequest = { kind: "write", number, heard: 0, adds: false, writes: [] };
      this.outbox.add(thread, write);
    }
  }

  endTurn(): void {
    for (const end of this.#ends.splice(0)) end();
  }
}

const from = (first: number, last: number): number[] =>
  Array.from({ length: last - first + 1 }, (_, at) => first + at);

void describe("writes to the store thread", () => {
  void it("that are handed over in one turn are one message, in their order", () => {
    const [scene, thread] = [new Scene(), new Thread()];
    scene.add(thread, 1, 2, 3);
    assert.deepEqual(thread.messages, []);
    scene.endTurn();
    scene.add(thread, 4);
    scene.endTurn();
    assert.deepEqual(thread.messages, [[1, 2, 3], [4]]);
  });

  void it("that are many do not wait for the end of the turn, and none goes twice", () => {
    const [scene, thread] = [new Scene(), new Thread()];
    scene.add(thread, ...from(101, 250));
    assert.deepEqual(thread.messages, [from(101, 164), from(165, 228)]);
    scene.outbox.flush();
    scene.endTurn();
    assert.deepEqual(thread.messages, [from(101, 164), from(165, 228), from(229, 250)]);
  });

  void it("take along what is handed over when they are about to go", () => {
    const [scene, thread] = [new Scene(), new Thread()];
    scene.add(thread, 1);
    scene.outbox.beforeSending(() => scene.add(thread, 3));
    scene.add(thread, 2);
    scene.endTurn();
    scene.endTurn();
    assert.deepEqual(thread.messages, [[1, 2, 3]]);
  });

  void it("go at the end of the turn also if nothing was handed over before", () => {
    const [scene, thread] = [new Scene(), new Thread()];
    scene.outbox.beforeSending(() => scene.add(thread, 1));
    scene.endTurn();
    assert.deepEqual(thread.messages, [[1]]);
  });

  void it("that its death has answered are not written by the next", () => {
    const [scene, dead, next] = [new Scene(), new Thread(), new Thread()];
    scene.add(dead, 1);
    scene.outbox.clear();
    scene.add(next, 2);
    scene.endTurn();
    assert.deepEqual([dead.messages, next.messages], [[], [[2]]]);
  });

  void it("that cannot be sent are refused alone", () => {
    const [scene, thread] = [new Scene(), new Thread()];
    scene.add(thread, 1, unsendable, 2);
    scene.endTurn();
    scene.add(thread, unsendable);
    scene.endTurn();
    assert.deepEqual(thread.messages, [[1], [2]]);
    const refused = [unsendable, "it could not be cloned"] as const;
    assert.deepEqual(scene.refused, [refused, refused]);
  });
});
