import assert from "node:assert/strict";
import { readdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, it } from "node:test";
import { BatonProcess } from "../cli/baton-process.ts";
import { storedJobs, storeJob, witness, witnessedIn } from "./support/stored-job.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

describe("a host that is told to end", { concurrency: 2, timeout: 60_000 }, () => {
  it("stops its step, ends with 0, and goes on where it was when it is started again", async () => {
    await using folder = await witnessFolder({});
    const id = await inItsSecondStep(folder.path, "obedient", async (baton) => {
      baton.kill("SIGTERM");
      assert.equal(await baton.exit(), 0);
    });
    const first = ["start", "step 1", "step 2", "stop closing", "finalize", "stop"];
    assert.deepEqual(await witnessedIn(folder.path), first);
    await using again = serve(folder.path);
    await again.line("stderr", /stepping 2/);
    assert.equal((await showJob(again, id)).State, "Running");
    again.kill("SIGINT");
    assert.equal(await again.exit(), 0);
    const second = ["start", "revive 1", "step 2", "stop closing", "finalize", "stop"];
    assert.deepEqual(await witnessedIn(folder.path), [...first, ...second]);
  });

  it("leaves a step alone that does not return, and its job for the next time", async () => {
    await using folder = await witnessFolder({ DrainTimeout: 0.1 });
    const id = await inItsSecondStep(folder.path, "deaf", async (baton) => {
      baton.kill("SIGTERM");
      assert.equal(await baton.exit(), 0);
    });
    assert.deepEqual(await witnessedIn(folder.path), ["start", "step 1", "step 2", "stop"]);
    assert.deepEqual((await storedJobs(folder.path)).map(idAndState), [[id, "pending"]]);
  });

  it("ends at once when it is told twice, and the job is there the next time", async () => {
    await using folder = await witnessFolder({ DrainTimeout: 20 });
    const id = await inItsSecondStep(folder.path, "deaf", async (baton) => {
      baton.kill("SIGTERM");
      await baton.line("stderr", /SIGTERM: closing/);
      baton.kill("SIGTERM");
      assert.equal(await baton.exit(), 143);
    });
    assert.deepEqual(await witnessedIn(folder.path), ["start", "step 1", "step 2"]);
    assert.deepEqual((await storedJobs(folder.path)).map(idAndState), [[id, "pending"]]);
  });
});

describe("a host that is to leave jobs alone", { concurrency: 2, timeout: 60_000 }, () => {
  it("neither shows nor runs nor changes the stored ones with --no-jobs", async () => {
    await using folder = await witnessFolder({});
    const stored = await storeJob(folder.path);
    await using baton = serve(folder.path, "--no-jobs");
    const url = await urlOf(baton);
    assert.deepEqual(await (await fetch(`${url}/jobs`)).json(), []);
    // Its own jobs run, after where the stored one would have.
    const id = await submit(url, "quick");
    await baton.line("stderr", /"to":"succeeded"/);
    baton.kill("SIGTERM");
    assert.equal(await baton.exit(), 0);
    const [first, second, ...more] = await storedJobs(folder.path);
    assert.deepEqual(first, stored);
    assert.deepEqual([second && idAndState(second), more], [[id, "succeeded"], []]);
    const seen = ["start", "step 1", "stop success", "finalize", "stop"];
    assert.deepEqual(await witnessedIn(folder.path), seen);
  });

  it("keeps nothing with SaveJobs false", async () => {
    await using folder = await witnessFolder({ SaveJobs: false });
    await inItsSecondStep(folder.path, "obedient", async (baton) => {
      baton.kill("SIGTERM");
      assert.equal(await baton.exit(), 0);
    });
    assert.deepEqual((await readdir(folder.path)).toSorted(), [
      "baton.json",
      "witness.mjs",
      "witness.txt",
    ]);
    await using again = serve(folder.path);
    assert.deepEqual(await (await fetch(`${await urlOf(again)}/jobs`)).json(), []);
  });
});

async function witnessFolder(
  config: Readonly<Record<string, unknown>>,
): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder();
  const complete = { HttpPort: 0, IndexDirectory: ".", Plugins: ["witness.mjs"], ...config };
  await writeFile(join(folder.path, "baton.json"), JSON.stringify(complete));
  await writeFile(join(folder.path, "witness.mjs"), witness);
  return folder;
}

const serve = (folder: string, ...flags: readonly string[]): BatonProcess =>
  new BatonProcess("serve", "--config", join(folder, "baton.json"), ...flags);

/** Starts a host and submits a job; `act` is called while that is in its second step. */
async function inItsSecondStep(
  folder: string,
  kind: string,
  act: (baton: BatonProcess) => Promise<void>,
): Promise<string> {
  await using baton = serve(folder);
  const id = await submit(await urlOf(baton), kind);
  await baton.line("stderr", /stepping 2/);
  await act(baton);
  return id;
}

async function submit(url: string, kind: string): Promise<string> {
  return (await fetch(`${url}/witness/${kind}`, { method: "POST" })).text();
}

async function showJob(baton: BatonProcess, id: string): Promise<{ readonly State: string }> {
  const answer = await fetch(`${await urlOf(baton)}/jobs/${id}`);
  return (await answer.json()) as { readonly State: string };
}

async function urlOf(baton: BatonProcess): Promise<string> {
  return (await baton.line("stdout", /listens on/)).replace(/.* listens on /, "");
}

const idAndState = ({ id, state }: { readonly id: string; readonly state: string }): string[] => [
  id,
  state,
];
