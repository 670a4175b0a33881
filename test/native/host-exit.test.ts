import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { BatonProcess } from "../cli/baton-process.ts";
import { storedJobs } from "../e2e/support/stored-job.ts";
import { temporaryFolder } from "../e2e/support/temporary-folder.ts";
import { statuses } from "../../src/adapters/native/numbers.ts";
import { WorkerHost } from "./support/host-worker.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("worker")));
after(() => workshop.remove());

const script = fileURLToPath(new URL("support/host-exit-child.ts", import.meta.url));

interface End {
  readonly code: number | null;
  readonly signal: string | null;
  readonly said: readonly string[];
  /** What the plugin wrote in its stop, "created finalized"; null: it was not stopped. */
  readonly counts: string | null;
}

/** `kind`: n, two steps that never return; h, two that listen; w, two that take 2.5 s. */
async function endOf(way: string, kind: "n" | "h" | "w", path: string): Promise<End> {
  const notes = workshop.file(`counts-${endings++}`);
  const words = [way, library, kind, path, notes];
  const child = spawn(process.execPath, [script, ...words], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const said = text(child.stdout);
  const errors = text(child.stderr);
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (signal !== null) process.stderr.write(await errors);
  const counts = await readFile(notes, "utf8").catch(() => null);
  return { code, signal, said: (await said).split("\n").slice(0, -1), counts };
}

let endings = 0;

describe("a process in which native steps run", { concurrency: 2, timeout: 300_000 }, () => {
  it("waits for them at process.exit as long as a closing host would", async () => {
    const end = await endOf("exit", "w", "");
    assert.deepEqual(end, { code: 7, signal: null, said: ["held"], counts: "2 2" });
  });

  for (const [kind, steps] of [
    ["n", "never return"],
    ["h", "listen"],
  ] as const) {
    // Nothing but the hook of process.on("exit") stops native plugins there. What never returns is left
    // alone, and so is its plugin.
    const stopped = kind === "h" ? "2 2" : null;
    for (const store of ["memory", "sqlite"] as const) {
      const path = (way: string): string =>
        store === "memory" ? "" : workshop.file(`${way}-${kind}.db`);

      it(`that ${steps} ends with 0 after the host is closed (${store})`, async () => {
        const { code, signal, said } = await endOf("close", kind, path("close"));
        assert.deepEqual({ code, signal }, { code: 0, signal: null });
        const counts = JSON.parse(said[1] ?? "") as Record<string, number>;
        const left = kind === "n" ? 2 : 0;
        assert.deepEqual(counts, { created: 2, finalized: 2 - left, live: 0, owed: left });
      });

      it(`that ${steps} ends with its code when a JavaScript step exits (${store})`, async () => {
        const end = await endOf("exit", kind, path("exit"));
        assert.deepEqual(end, { code: 7, signal: null, said: ["held"], counts: stopped });
      });

      it(`that ${steps} ends with 1 when nobody catches an error (${store})`, async () => {
        const end = await endOf("throw", kind, path("throw"));
        assert.deepEqual(end, { code: 1, signal: null, said: ["held"], counts: stopped });
      });
    }
  }
});

describe("a host that is closed", { timeout: 60_000 }, () => {
  it("answers CLOSING to a request that waits for a job", async () => {
    await using worker = await WorkerHost.open({ plugins: [library] });
    const id = await worker.submit({ name: "it", kind: "h" });
    await worker.said("it holds");
    const url = `${worker.host.url}/worker/calls/wait/${id}`;
    const waiting = fetch(url, { method: "POST" }).then((answer) => answer.text());
    await worker.said("waits");
    await worker.close();
    // In the plugin's words, or in the host's if the request was closed before it could write.
    const closing = statuses.indexOf("CLOSING");
    assert.match(await waiting, new RegExp(`^${closing}$|closing|CLOSING`));
  });
});

describe("baton serve with native steps", { concurrency: 2, timeout: 300_000 }, () => {
  it("that never return ends with 0 on SIGTERM, and their jobs go on next time", async () => {
    await using folder = await temporaryFolder();
    await using baton = await serve(folder.path, "n", 0.2);
    baton.kill("SIGTERM");
    assert.equal(await baton.exit(), 0);
    const states = (await storedJobs(folder.path)).map(({ state }) => state);
    assert.deepEqual(states, ["pending", "pending", "pending"]);
  });

  it("that listen ends with 0 on SIGTERM, and lets every payload go", async () => {
    await using folder = await temporaryFolder();
    await using baton = await serve(folder.path, "h", 60);
    baton.kill("SIGTERM");
    assert.equal(await baton.exit(), 0);
    assert.equal(await readFile(join(folder.path, "counts"), "utf8"), "3 3");
    const states = (await storedJobs(folder.path)).map(({ state }) => state);
    assert.deepEqual(states, ["pending", "pending", "pending"]);
  });

  it("that never return ends at once on a second SIGTERM", async () => {
    await using folder = await temporaryFolder();
    await using baton = await serve(folder.path, "n", 86_400);
    baton.kill("SIGTERM");
    await baton.line("stderr", /closing/);
    const asked = performance.now();
    baton.kill("SIGTERM");
    assert.equal(await baton.exit(), 143);
    const took = performance.now() - asked;
    assert.ok(took < 10_000, `it took ${took} ms`);
  });
});

/** Both slots are held by native steps, a third job waits. */
async function serve(folder: string, kind: string, drain: number): Promise<BatonProcess> {
  const counts = join(folder, "counts");
  const file = workshop.write(
    `${kind}-${drain}.json`,
    JSON.stringify({
      IndexDirectory: folder,
      HttpPort: 0,
      DrainTimeout: drain,
      ConcurrentJobs: 2,
      Plugins: [library],
      PluginSettings: { worker: { counts } },
    }),
  );
  await using resources = new AsyncDisposableStack();
  const baton = resources.use(new BatonProcess("serve", "--config", file));
  const line = await baton.line("stdout", /listens on/);
  const url = line.replace(/.* listens on /, "");
  for (const name of ["one", "two", "three"]) {
    await fetch(`${url}/worker/jobs?name=${name}&kind=${kind}`, { method: "POST" });
  }
  for (const name of ["one", "two"]) await baton.line("stderr", new RegExp(`${name} h[ao]`));
  resources.move();
  return baton;
}
