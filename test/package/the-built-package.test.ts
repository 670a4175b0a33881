import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtemp, readdir, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { bundlePackage, bundlePlugin } from "../../tools/bundle.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const run = promisify(execFile);

/** In plain JavaScript, as somebody's who has only the package. */
const progress = `
import { Aggregator, Task, WorkerPool, showProgress } from "baton-jobs/progress";
await using pool = new WorkerPool({ threads: 1 });
const all = new Aggregator("All", { concurrency: "sequential" });
all.add(new Task("Here", () => undefined));
const there = all.add(new Task("There", new URL("./work.js", import.meta.url), { worker: pool, data: 6 }));
const shown = showProgress(all, { screen: { write: (text) => process.stdout.write(text) } });
await all.run();
await shown;
console.log(await there.run());
`;
const work = `
export const work = (control, data) => {
  control.log("info", "on a thread");
  return data * 7;
};
`;

/** A job of a plugin at the place that the first argument names. */
const isolated = `
import { openHost } from "baton-jobs";
const [, , path, isolation, route] = process.argv;
const host = await openHost({ plugins: [{ path, isolation }], http: { port: 0 }, store: { kind: "sqlite", path: isolation + ".sqlite" } });
const { ID } = await (await fetch(host.url + route)).json();
const wait = async () => {
  const { State } = await (await fetch(host.url + "/jobs/" + ID)).json();
  return State === "Success" || State === "Failure" ? State : wait();
};
console.log(await wait());
await host.close();
`;

/** Its files are few and not those of src/, but each one finds the others. */
describe("the built package", { timeout: 120_000 }, () => {
  let folder = "";
  const script = async (file: string, ...args: readonly string[]): Promise<string> => {
    const { stdout, stderr } = await run(process.execPath, [file, ...args], { cwd: folder });
    assert.equal(stderr, "");
    return stdout;
  };
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-built-"));
    for (const name of ["package.json", "node_modules", "build", "native", "tools"]) {
      await symlink(join(root, name), join(folder, name));
    }
    await bundlePackage(join(folder, "dist"));
    for (const [name, text] of Object.entries({ progress, work, isolated })) {
      await writeFile(join(folder, `${name}.js`), text);
    }
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it("loads few files, and of typebox none", async () => {
    const store = { kind: "sqlite", path: join(folder, "jobs.sqlite") };
    const says = join(root, "test/package/support/host-that-says-what-it-loaded.ts");
    const options = JSON.stringify({ store, http: { port: 0 } });
    const loaded = JSON.parse(
      await script(says, options, join(folder, "dist/index.js")),
    ) as string[];
    assert.equal(
      loaded.find((file) => file.includes("/typebox/")),
      undefined,
    );
    const own = loaded.filter((file) => file.includes("/dist/"));
    assert.ok(own.length > 0 && own.length < 50, own.join("\n"));
  });

  it("does tasks here and on a thread, shows them, and keeps no process alive", async () => {
    const lines = (await script("progress.js")).replaceAll(/ in \d:\d\d/g, "").split("\n");
    assert.deepEqual(lines.slice(-4), ["All › There: finished", "All: finished", "42", ""]);
    assert.ok(lines.includes("All › There: on a thread"), lines.join("\n"));
  });

  it("has a plugin on a thread and in a process, in TypeScript and in C", async () => {
    const route = "/myapp/hello?delayMs=1&steps=2";
    for (const isolation of ["thread", "process"]) {
      const typescript = await script("isolated.js", join(root, "plugins/hello"), isolation, route);
      assert.equal(typescript, "Success\n", isolation);
    }
    const c = [join(root, "plugins/hello-c"), "process", route.replace("myapp", "myapp-c")];
    assert.equal(await script("isolated.js", ...c), "Success\n");
  });

  it("tries a plugin in two environments", async () => {
    const plugin = join(root, "plugins/hello-c");
    const said = await script(
      "dist/cli/baton.js",
      "validate",
      plugin,
      "--reproduce",
      "two-environments",
    );
    assert.match(said, /^ok +two-environments/m);
  });

  it("serves the built send queue, which has a thread of its own", async () => {
    const sendQueue = join(folder, "send-queue");
    await bundlePlugin(join(root, "plugins/send-queue"), sendQueue);
    assert.ok((await readdir(sendQueue)).length < 5);
    const asks = join(folder, "asks.js");
    await writeFile(
      asks,
      `import { openHost } from "baton-jobs";
      const host = await openHost({ plugins: ["send-queue/index.js"], http: { port: 0 }, pluginSettings: { "send-queue": { SendQueue: { Directory: "queue", MinFreeMB: 1 } } } });
      console.log((await fetch(host.url + "/send-queue")).status);
      await host.close();`,
    );
    assert.equal(await script("asks.js"), "200\n");
  });
});
