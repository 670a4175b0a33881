import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { EventService } from "../../src/adapters/isolation/host/event-service.ts";
import { systemClock } from "../../src/adapters/system-clock.ts";
import type { Side } from "../../src/adapters/isolation/host/side.ts";
import type { Observer } from "../../src/ports/job-event.ts";
import { scriptedJob } from "../http/scripted-host.ts";

describe("events for an isolated native plugin", () => {
  it("go in parts that a message can carry, however many come in a turn, and long their errors are", async () => {
    const sizes: number[] = [];
    const told: unknown[] = [];
    const tell = (_name: string, { events }: { events: readonly unknown[] }): void => {
      sizes.push(Buffer.byteLength(JSON.stringify(events)));
      told.push(...events);
    };
    const side = { link: { tell }, ended: new Promise(() => undefined) } as unknown as Side;
    const observers: Observer[] = [];
    const service = new EventService(side, systemClock, (observer) => {
      observers.push(observer);
      return { [Symbol.dispose]: () => undefined };
    });
    service.observe(["changed"], 1);
    const text = "ö".repeat(64 * 1024);
    const error = { code: "BROKEN", message: text, details: { text } };
    const job = scriptedJob({ state: "failed", error, lastError: error });
    for (let at = 0; at < 300; at += 1) {
      for (const hear of observers) hear({ kind: "changed", job, from: "running" });
    }
    await systemClock.yield();
    await systemClock.yield();
    assert.equal(told.length, 300);
    assert.ok(Math.max(...sizes) < 16 * 1024 * 1024, `${Math.max(...sizes)} bytes`);
  });
});
