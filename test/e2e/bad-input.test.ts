import assert from "node:assert/strict";
import { once } from "node:events";
import { copyFile, readFile, readdir, writeFile } from "node:fs/promises";
import { createServer, type AddressInfo, type Server } from "node:net";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { DatabaseSync } from "node:sqlite";
import { openHost, type JobInfo } from "../../src/index.ts";
import { freePort } from "../support/free-port.ts";
import { BatonProcess } from "../cli/baton-process.ts";
import { storeJob, storedJobs, witness, witnessedIn } from "./support/stored-job.ts";
import { temporaryFolder } from "./support/temporary-folder.ts";

const throwing = `export const plugin = {
  name: "clumsy", version: "1.0.0", start() { throw new Error("no table\\nfor one"); },
};`;
const twin = witness.replace('note("start")', 'note("start of the twin")');

interface Case {
  readonly what: string;
  /** Beside the port, the folder and the plugin that is a witness. */
  readonly config?: Readonly<Record<string, unknown>>;
  /** More files of the folder. */
  readonly files?: Readonly<Record<string, string>>;
  readonly sentence: RegExp;
  /** What the witness was asked to do; default: nothing. */
  readonly witnessed?: readonly string[];
}

const started = ["start", "stop"];

const cases: readonly Case[] = [
  {
    what: "an unknown key",
    config: { ConcurentJobs: 2 },
    sentence: /baton\.json has the unknown key "ConcurentJobs"; did you mean "ConcurrentJobs"\?$/,
  },
  {
    what: "a value of the wrong type",
    config: { SaveJobs: "yes" },
    sentence: /baton\.json: "SaveJobs" is "yes"; allowed is true or false\.$/,
  },
  {
    what: "a plugin that is not there",
    config: { Plugins: ["witness.mjs", "none.mjs"] },
    sentence: /^The plugin cannot be loaded: .*none\.mjs: there is no such file or folder$/,
  },
  {
    what: "a module that is no plugin",
    config: { Plugins: ["witness.mjs", "other.mjs"] },
    files: { "other.mjs": "export const answer = 42;" },
    sentence: /^The file is not a Baton plugin: .*other\.mjs: it exports no `plugin`/,
  },
  {
    what: "two plugins of one name",
    config: { Plugins: ["witness.mjs", "twin.mjs"] },
    files: { "twin.mjs": twin },
    sentence: /^This name is taken: two plugins are named "witness"$/,
  },
  {
    what: "a plugin that throws in start",
    config: { Plugins: ["witness.mjs", "clumsy.mjs"] },
    files: { "clumsy.mjs": throwing },
    sentence: /^The plugin's start failed: plugin "clumsy": no table for one$/,
    witnessed: started,
  },
];

describe("bad input ends baton serve with 1, one sentence and nothing half started,", () => {
  let template: Awaited<ReturnType<typeof temporaryFolder>>;
  let job: JobInfo;
  before(async () => {
    template = await temporaryFolder();
    job = await storeJob(template.path);
  });
  after(() => template[Symbol.asyncDispose]());

  describe("such as", { concurrency: 2, timeout: 180_000 }, () => {
    for (const { what, config, files, sentence, witnessed } of cases) {
      it(what, async () => {
        await using folder = await folderWith(template.path, { ...config }, files);
        const port = await freePort();
        await refused(folder.path, port, sentence);
        assert.deepEqual(await witnessedIn(folder.path), witnessed ?? []);
        assert.deepEqual(await storedJobs(folder.path), [job], "the stored job is as it was");
        await using _ = await listen(port);
      });
    }

    it("a port in use", async () => {
      await using folder = await folderWith(template.path, {});
      await using other = await listen(0);
      const { port } = other.address() as AddressInfo;
      await refused(
        folder.path,
        port,
        new RegExp(`^The port is in use: .*127\\.0\\.0\\.1:${port}`),
      );
      assert.deepEqual(await witnessedIn(folder.path), started);
      assert.deepEqual(await storedJobs(folder.path), [job]);
    });

    it("a database that is none", async () => {
      await using folder = await folderWith(
        template.path,
        {},
        { "baton.db": "a letter".repeat(999) },
      );
      await refusedUntouched(
        folder.path,
        /^The database cannot be used: .*baton\.db is not a database; name another file$/,
      );
    });

    it("a database of a newer version", async () => {
      await using folder = await folderWith(template.path, {});
      const database = new DatabaseSync(join(folder.path, "baton.db"));
      database.exec("PRAGMA user_version = 99");
      database.close();
      await refusedUntouched(
        folder.path,
        /^The database was written by a newer version of Baton: .*baton\.db has version 99, this Baton knows up to \d+$/,
      );
    });

    it("a database that another host uses", async () => {
      await using folder = await folderWith(template.path, {});
      const path = join(folder.path, "baton.db");
      await using host = await openHost({ store: { kind: "sqlite", path } });
      await refused(
        folder.path,
        0,
        /^The database cannot be used: .*baton\.db is in use by another process; stop that one, or name another file$/,
      );
      assert.deepEqual(await witnessedIn(folder.path), []);
      assert.deepEqual(host.jobs(), [job]);
      await host.cancelJob(job.id);
      assert.equal(host.jobInfo(job.id).state, "failed", "the other host goes on");
    });
  });
});

/** A folder with the stored job, the witness and a configuration without a port. */
async function folderWith(
  template: string,
  config: Readonly<Record<string, unknown>>,
  files: Readonly<Record<string, string>> = {},
): ReturnType<typeof temporaryFolder> {
  const folder = await temporaryFolder();
  await copyFile(join(template, "baton.db"), join(folder.path, "baton.db"));
  const complete = { IndexDirectory: ".", Plugins: ["witness.mjs"], ...config };
  const all = { "witness.mjs": witness, "baton.json": JSON.stringify(complete), ...files };
  for (const [name, text] of Object.entries(all)) await writeFile(join(folder.path, name), text);
  return folder;
}

async function refused(folder: string, port: number, sentence: RegExp): Promise<void> {
  const file = join(folder, "baton.json");
  const config = JSON.parse(await readFile(file, "utf8")) as object;
  await writeFile(file, JSON.stringify({ ...config, HttpPort: port }));
  await using baton = new BatonProcess("serve", "--config", file);
  assert.equal(await baton.exit(), 1);
  const [said, ...more] = baton.lines("stderr");
  assert.match(said ?? "", sentence);
  assert.deepEqual([more, baton.lines("stdout")], [[], []]);
}

async function refusedUntouched(folder: string, sentence: RegExp): Promise<void> {
  const path = join(folder, "baton.db");
  const [bytes, names] = [await readFile(path), await readdir(folder)];
  await refused(folder, 0, sentence);
  assert.ok(bytes.equals(await readFile(path)), "the file is as it was");
  assert.deepEqual(await readdir(folder), names, "and nothing is beside it");
}

async function listen(port: number): Promise<Server> {
  const server = createServer().listen(port, "127.0.0.1");
  await once(server, "listening");
  return server;
}
