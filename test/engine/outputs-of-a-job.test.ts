import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JobRun } from "../../src/ports/job.ts";
import { filesOf } from "../support/files-of.ts";
import { openTestEngine, type TestEngine } from "../support/engine-harness.ts";
import { temporaryFolder } from "../adapters/stores/temporary-folder.ts";

const succeed = { kind: "success" } as const;
const fail = { kind: "failure", error: { code: "SCRIPTED", message: "" }, retryable: false };

void describe("the outputs of a job", () => {
  void it("are there when it has succeeded, and not before", async () => {
    await using engine = await openTestEngine();
    let early: unknown;
    const { id } = await engine.run({
      steps: [
        async (run) => {
          await run.putOutput("a.txt", "text/plain", "whole");
          return { kind: "continue" };
        },
        async (run) => {
          early = engine.info(engine.engine.jobs()[0]?.id ?? "").outputs;
          const output = run.openOutput("b.bin", "application/octet-stream");
          await output.write("pie");
          await output.write(Buffer.from("ces"));
          await output.close();
          return succeed;
        },
      ],
    });
    const { outputs } = await engine.until(id, "succeeded");
    assert.deepEqual(early, []);
    assert.deepEqual(outputs, [
      { key: "a.txt", mime: "text/plain", size: 5 },
      { key: "b.bin", mime: "application/octet-stream", size: 6 },
    ]);
    assert.deepEqual(
      [await read(engine, id, "a.txt"), await read(engine, id, "b.bin")],
      ["whole", "pieces"],
    );
    assert.throws(() => engine.engine.jobOutput(id, "c"), { code: "NOT_FOUND" });
  });

  void it("are what was written last under their key; what was before leaves the disk", async () => {
    await using folder = await temporaryFolder();
    await using engine = await openTestEngine({ outputs: folder.path });
    const { id } = await engine.run({
      steps: [put("a", "one"), put("a", "two"), put("b", pieces("x", "y"))],
    });
    await engine.until(id, "succeeded");
    assert.deepEqual([await read(engine, id, "a"), await read(engine, id, "b")], ["two", "xy"]);
    await filesOf(folder.path, 2);
    await engine.engine.deleteOutput(id, "a");
    assert.deepEqual(
      engine.info(id).outputs.map(({ key }) => key),
      ["b"],
    );
    await filesOf(folder.path, 1);
    await engine.host().deleteJob(id);
    await filesOf(folder.path, 0);
  });

  void it("cannot be read while it is failed, and begin anew with a resubmit", async () => {
    await using folder = await temporaryFolder();
    await using engine = await openTestEngine({ outputs: folder.path });
    const steps = [put("a", "one"), fail as never, put("b", "two")];
    const { id } = await engine.run({ steps, reset: () => undefined });
    assert.deepEqual((await engine.until(id, "failed")).outputs, []);
    assert.throws(() => engine.engine.jobOutput(id, "a"), { code: "NOT_FOUND" });
    await engine.host().resubmitJob(id);
    const { outputs } = await engine.until(id, "succeeded");
    assert.deepEqual(
      outputs.map(({ key }) => key),
      ["b"],
    );
    await filesOf(folder.path, 1);
  });

  void it("are awaited, and dropped with a word if they were not closed", async () => {
    await using folder = await temporaryFolder();
    await using engine = await openTestEngine({ outputs: folder.path });
    const { id } = await engine.run({
      steps: [
        (run) => {
          void run.putOutput("kept", "text/plain", pieces("a", "b"));
          void run.openOutput("dropped", "text/plain").write("c");
          return succeed;
        },
      ],
    });
    const { outputs } = await engine.until(id, "succeeded");
    assert.deepEqual(
      outputs.map(({ key }) => key),
      ["kept"],
    );
    const texts = engine.engine.jobLogs(id).map(({ level, text }) => `${level}: ${text}`);
    assert.deepEqual(texts, ['warning: the output "dropped" was not closed, so it is dropped']);
    await filesOf(folder.path, 1);
  });

  void it("fail it if they cannot be kept, awaited or not", async () => {
    await using engine = await openTestEngine();
    for (const isAwaited of [true, false]) {
      const { id } = await engine.run({
        steps: [
          async (run: JobRun) => {
            const written = run.putOutput("a", "text/plain", broken());
            if (isAwaited) await written;
            return succeed;
          },
        ],
      });
      const { error } = await engine.until(id, "failed");
      assert.deepEqual(error, { code: "PEER_GONE", message: "the peer hung up" });
      const [line] = engine.engine.jobLogs(id);
      assert.equal(line?.text, 'the output "a" is not kept: the peer hung up');
    }
  });
});

void describe("a job that writes outputs", () => {
  void it("fails for one that was lost long before its step returned", async () => {
    await using engine = await openTestEngine();
    const { id } = await engine.run({
      steps: [
        async (run: JobRun) => {
          await run.putOutput("a", "text/plain", broken()).catch(() => undefined);
          await run.putOutput("b", "text/plain", broken()).catch(() => undefined);
          await run.putOutput("b", "text/plain", "put again");
          return succeed;
        },
      ],
    });
    assert.equal((await engine.until(id, "failed")).error?.code, "PEER_GONE");
  });

  void it("writes only so many at the same time, and any number one after the other", async () => {
    await using engine = await openTestEngine();
    let refused: unknown;
    const { id } = await engine.run({
      steps: [
        async (run: JobRun) => {
          const open = Array.from({ length: 32 }, (_, number) =>
            run.openOutput(`o${number}`, "text/plain"),
          );
          assert.throws(() => run.openOutput("one-more", "text/plain"), { code: "TOO_LARGE" });
          refused = true;
          for (const output of open) await output.close();
          for (let number = 0; number < 40; number += 1) {
            await run.putOutput(`p${number}`, "text/plain", "x");
          }
          return succeed;
        },
      ],
    });
    assert.equal((await engine.until(id, "succeeded")).outputs.length, 72);
    assert.equal(refused, true);
  });
});

const put =
  (key: string, body: Parameters<JobRun["putOutput"]>[2]) =>
  async (run: JobRun): Promise<unknown> => {
    await run.putOutput(key, "text/plain", body);
    return { kind: "continue" };
  };

async function* pieces(...texts: readonly string[]): AsyncIterable<Uint8Array> {
  for (const text of texts) yield await Promise.resolve(Buffer.from(text));
}

async function* broken(): AsyncIterable<Uint8Array> {
  yield* pieces("a");
  throw Object.assign(new Error("the peer hung up"), { code: "PEER_GONE" });
}

async function read(engine: TestEngine, id: string, key: string): Promise<string> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of await engine.engine.jobOutput(id, key).read()) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}
