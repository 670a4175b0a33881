import assert from "node:assert/strict";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { describe, it, type TestContext } from "node:test";
import { SqliteStore } from "../../src/adapters/stores/sqlite/sqlite-store.ts";
import { openHost, StepResult, type Plugin } from "../../src/index.ts";
import type { JobRun } from "../../src/sdk.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

/** Writes down when this method of every instance is called, and when it is done. */
function watch<Name extends "close" | "commit">(
  t: TestContext,
  name: Name,
  note: (when: "called" | "done", ...call: Parameters<SqliteStore[Name]>) => void,
): void {
  const original = SqliteStore.prototype[name] as (...call: unknown[]) => Promise<void>;
  t.mock.method(SqliteStore.prototype, name, async function spy(this: unknown, ...call: never) {
    note("called", ...(call as Parameters<SqliteStore[Name]>));
    await original.apply(this, call);
    note("done", ...(call as Parameters<SqliteStore[Name]>));
  });
}

describe("a host that closes", { timeout: 60_000 }, () => {
  it("closes its store last, behind a plugin that never stops, too", async (t) => {
    await using folder = await temporaryFolder();
    const did: string[] = [];
    const plugin = (name: string, stop: () => void | Promise<void>): Plugin => ({
      name,
      version: "1.0.0",
      start: async (host) => {
        const job = {
          type: name,
          payload: null,
          step: (_: null, run: JobRun) =>
            new Promise<StepResult>((resolve) => {
              run.signal.addEventListener("abort", () => resolve(StepResult.continue));
            }),
          getSerialized: () => "state",
          finalize: () => void did.push(`finalize ${name}`),
        };
        await host.submitJob(host.createJob(job));
      },
      stop: () => {
        did.push(`stop ${name}`);
        return stop();
      },
    });
    watch(t, "close", (when) => void (when === "done" && did.push("store closed")));
    watch(t, "commit", (when) => void (when === "done" && did.push("commit")));
    const host = await openHost({
      store: { kind: "sqlite", path: join(folder.path, "jobs.db") },
      plugins: [
        plugin("first", () => undefined),
        plugin("hangs", () => new Promise<void>(() => undefined)),
      ],
      observer: (event) => {
        if (event.kind === "logged" && event.plugin === "hangs") did.push(event.text);
      },
    });
    while (host.jobs().some(({ state }) => state !== "running")) await nextTurn();
    await host.close();
    const order = did.filter((deed) => deed !== "commit");
    assert.deepEqual(order.slice(0, 2).toSorted(byText), ["finalize first", "finalize hangs"]);
    assert.deepEqual(order.slice(2), [
      "stop hangs",
      'stop of plugin "hangs" has not ended after 5000 ms; it is left alone',
      "stop first",
      "store closed",
    ]);
    assert.equal(did.at(-1), "store closed");
  });

  it("has flushed the outputs of a success before that is committed", async (t) => {
    await using folder = await temporaryFolder();
    const did: string[] = [];
    const handle = await open(folder.path);
    const files = Object.getPrototypeOf(handle) as typeof handle;
    await handle.close();
    const sync: () => Promise<void> = Reflect.get(files, "sync");
    t.mock.method(files, "sync", async function spy(this: typeof handle) {
      await sync.call(this);
      did.push("flushed");
    });
    watch(t, "commit", (when, writes) => {
      const isSuccess = writes.some(
        (write) => write.kind !== "delete" && write.record.state.kind === "succeeded",
      );
      if (isSuccess) did.push(`success ${when}`);
    });
    await using host = await openHost({
      store: { kind: "sqlite", path: join(folder.path, "jobs.db") },
    });
    const id = await host.submitJob(
      host.createJob({
        type: "writes",
        payload: null,
        step: async (_, run) => {
          await run.putOutput("report.txt", "text/plain", "words");
          did.push("step over");
          return StepResult.success;
        },
        getSerialized: () => "state",
      }),
    );
    assert.equal((await host.waitJob(id)).state, "succeeded");
    // The folder of the outputs when it was made, the file, then its name in the folder.
    const flushes = process.platform === "win32" ? ["flushed"] : Array(3).fill("flushed");
    assert.deepEqual(did, [...flushes, "step over", "success called", "success done"]);
  });
});

const nextTurn = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

const byText = (a: string, b: string): number => a.localeCompare(b);
