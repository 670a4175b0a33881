import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EventService } from "../../src/adapters/isolation/host/event-service.ts";
import { Link, type Message } from "../../src/adapters/isolation/protocol/link.ts";
import type { Side } from "../../src/adapters/isolation/host/side.ts";
import { systemClock } from "../../src/adapters/system-clock.ts";
import type { Observer } from "../../src/ports/job-event.ts";
import { scriptedJob } from "../http/scripted-host.ts";

type Mine = { question(of: null): string };
type Theirs = { ask(of: { readonly chars: number }): string };

const takesNothing = (): never => assert.fail("the wire takes nothing");

void describe("what cannot be sent to another side", () => {
  void it("ends the side if it is an answer, and harms nobody here", async () => {
    const broken: unknown[] = [];
    const handlers = { ask: () => "an answer" };
    const wire = { send: takesNothing, hold: () => undefined };
    const link = new Link<Mine, Theirs>(wire, handlers, (error) => broken.push(error));
    link.hear({ kind: "call", number: 1, name: "ask", question: { chars: 1 } });
    await systemClock.yield();
    assert.match(String(broken), /takes nothing/);
  });

  void it("is never the text of an error, however long that is", async () => {
    const sent: Message[] = [];
    const wire = { send: (message: Message) => void sent.push(message), hold: () => undefined };
    const handlers = {
      ask({ chars }: { readonly chars: number }): never {
        throw Object.assign(new Error("!".repeat(chars)), { code: "X".repeat(chars) });
      },
    };
    const link = new Link<Mine, Theirs>(wire, handlers);
    link.hear({ kind: "call", number: 1, name: "ask", question: { chars: 20_000_000 } });
    await systemClock.yield();
    const length = JSON.stringify(sent).length;
    assert.ok(sent.length === 1 && length < 200_000, `${length} characters`);
  });

  void it("ends the side if it is an event", async () => {
    const broken: unknown[] = [];
    const ended = new Promise(() => undefined);
    const end = (error: unknown): void => void broken.push(error);
    const side = { link: { tell: takesNothing }, ended, broken: end } as unknown as Side;
    const observers: Observer[] = [];
    const service = new EventService(side, systemClock, (observer) => {
      observers.push(observer);
      return { [Symbol.dispose]: () => undefined };
    });
    service.observe(["changed"], 1);
    const job = scriptedJob({ state: "failed" });
    for (const hear of observers) hear({ kind: "changed", job, from: "running" });
    for (let turn = 0; turn < 3; turn += 1) await systemClock.yield();
    assert.match(String(broken), /takes nothing/);
  });

  void it("is awaited by nobody for ever: an error that is none is thrown, and who asked hears of the end", async () => {
    const wire = { send: () => undefined, hold: () => undefined };
    const link = new Link<Mine, Theirs>(wire, { ask: () => "an answer" });
    const answer = link.ask("question", null);
    const error = { name: "JobEngineError", message: 7, stack: null, code: "TIMED_OUT" } as never;
    assert.throws(() => link.hear({ kind: "answer", number: 1, error }), /an error that is none/);
    link.end(new Error("it was ended"));
    await assert.rejects(answer, /it was ended/);
  });
});
