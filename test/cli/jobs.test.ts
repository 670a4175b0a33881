import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Scene } from "../http/orthanc/scene.ts";
import { BatonProcess } from "./baton-process.ts";

interface Outcome {
  readonly code: number | null;
  readonly out: readonly string[];
  readonly err: readonly string[];
}

/** Runs `baton jobs` in a process of its own, against this host. */
async function jobs(scene: Scene | null, ...args: readonly string[]): Promise<Outcome> {
  const url = scene === null ? [] : ["--url", scene.harness.host.url ?? ""];
  await using baton = new BatonProcess("jobs", ...url, ...args);
  const code = await baton.exit();
  return { code, out: baton.lines("stdout"), err: baton.lines("stderr") };
}

const json = ({ out }: Outcome): unknown => JSON.parse(out.join("\n"));

describe("baton jobs", { timeout: 120_000 }, () => {
  it("lists, as a table that fits and as JSON, by filter, and says how many more there are", async () => {
    await using scene = await Scene.open();
    const paused = await scene.bring("Paused");
    const failed = await scene.bring("Failure");
    const [all, some, odd] = await Promise.all([
      jobs(scene, "ls"),
      jobs(scene, "ls", "--json", "--state", "Failure", "--type", "Lab"),
      jobs(scene, "ls", "--state", "Nowhere"),
    ]);
    assert.deepEqual([all.code, all.out.length, all.err], [0, 3, []]);
    assert.match(all.out[0] ?? "", /^ID +STATE +PROGRESS +PRIORITY/);
    assert.match(all.out[1] ?? "", new RegExp(`^${paused} +Paused +░{10} +2 % +5 `));
    for (const line of all.out) assert.ok(line.length <= 80, line);
    assert.deepEqual(
      (json(some) as readonly { ID: string }[]).map(({ ID: id }) => id),
      [failed],
    );
    assert.equal(odd.code, 1);
    assert.match(odd.err.join(" "), /Nowhere/);
    const { out } = await jobs(scene, "ls", "--limit", "1");
    assert.equal(out.at(-1), "1 more; ask for them with --limit.");
  });

  it("acts on jobs, and says which one was refused and why", async () => {
    await using scene = await Scene.open();
    const { host } = scene.harness;
    const id = await scene.bring("Running");
    assert.equal((await jobs(scene, "pause", id)).code, 0);
    await scene.harness.next("paused", id);
    assert.equal((await jobs(scene, "priority", id, "--", "-3")).code, 0);
    assert.equal(host.jobInfo(id).priority, -3);
    assert.equal((await jobs(scene, "cancel", id)).code, 0);
    await scene.harness.next("failed", id);
    const refused = await jobs(scene, "resume", "--json", id);
    assert.equal(refused.code, 1);
    assert.match(refused.err.join(" "), /state does not allow this/);
    assert.match(refused.out.join(" "), /state does not allow this/);
    const shown = json(await jobs(scene, "show", "--json", id)) as { readonly ErrorCode: number };
    assert.equal(shown.ErrorCode, 37);
    assert.equal((await jobs(scene, "delete", id)).code, 0);
    const gone = await jobs(scene, "show", id);
    assert.deepEqual([gone.code, gone.out], [1, []]);
    assert.match(gone.err.join(" "), /No job found with this id/);
  });

  it("watches jobs to their end, and follows their log", async () => {
    await using scene = await Scene.open();
    const id = await scene.bring("Running");
    const good = await scene.bring("Success");
    await using watching = new BatonProcess(
      "jobs",
      "--url",
      scene.harness.host.url ?? "",
      "watch",
      id,
    );
    await watching.line("stdout", /Running, 0 %/);
    await scene.harness.host.cancelJob(id);
    assert.equal(await watching.exit(), 1);
    assert.match(watching.lines("stderr").join(" "), new RegExp(`The job ${id} failed: `));
    const [ended, logs] = await Promise.all([
      jobs(scene, "watch", "--json", good),
      jobs(scene, "logs", "-f", id),
    ]);
    assert.equal(ended.code, 0);
    assert.equal((json(ended) as readonly { State: string }[])[0]?.State, "Success");
    assert.deepEqual([logs.code, logs.err], [0, []]);
  });

  it("makes a job, and watches it", async () => {
    await using scene = await Scene.open();
    const [made, failed, odd] = await Promise.all([
      jobs(scene, "submit", "Lab", "--content", '{"steps":2}', "--priority", "7"),
      jobs(scene, "submit", "Lab", "--content", '{"steps":3,"failsAfter":1}', "--watch"),
      jobs(scene, "submit", "Lab", "--content", "{"),
    ]);
    assert.equal(made.code, 0);
    assert.equal(scene.harness.host.jobInfo(made.out[0] ?? "").priority, 7);
    assert.deepEqual([failed.code, failed.err.length], [1, 1]);
    assert.deepEqual([odd.code, odd.err], [2, ["The content is not JSON."]]);
  });

  it("says in one sentence that no host is there, or that the URL is none", async () => {
    const [nobody, odd] = await Promise.all([
      jobs(null, "--url", "http://127.0.0.1:9", "ls"),
      jobs(null, "--url", "nowhere", "ls"),
    ]);
    assert.deepEqual([nobody.code, nobody.out, nobody.err.length], [3, [], 1]);
    assert.match(nobody.err[0] ?? "", /^No host answers at http:\/\/127.0.0.1:9/);
    assert.deepEqual([odd.code, odd.err.length], [2, 1]);
  });

  it("completes its commands in three shells", async () => {
    for (const shell of ["bash", "zsh", "fish"]) {
      await using baton = new BatonProcess("completion", shell);
      assert.equal(await baton.exit(), 0);
      const script = baton.lines("stdout").join("\n");
      for (const word of ["resubmit", "priority", "--follow"])
        assert.ok(script.includes(word), word);
    }
  });
});
