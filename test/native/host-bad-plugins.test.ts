import assert from "node:assert/strict";
import { copyFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import type { JobInfo } from "../../src/index.ts";
import { BatonProcess } from "../cli/baton-process.ts";
import { storeJob, storedJobs, witness, witnessedIn } from "../e2e/support/stored-job.ts";
import { temporaryFolder } from "../e2e/support/temporary-folder.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
after(() => workshop.remove());

interface Case {
  readonly what: string;
  /** Makes the files that the host is to load, after a plugin that is a witness. */
  readonly make: () => readonly string[];
  readonly sentence: RegExp;
  /** What the witness was asked to do; default: nothing. */
  readonly witnessed?: readonly string[];
}

const name = 'PLUGIN_NAME="bad"';
const started = ["start", "stop"];

const cases: readonly Case[] = [
  {
    what: "a library of another ABI major",
    make: () => [workshop.sharedLibrary("bad", "major.so", [name, "BAD_MAJOR"])],
    sentence:
      /^The plugin was built for another version of the ABI: \S+major\.so was built for ABI 2, this host has ABI 1$/,
  },
  {
    what: "a library that misses a symbol",
    make: () => [workshop.sharedLibrary("bad", "symbol.so", [name, "BAD_SYMBOL"])],
    sentence: /^The plugin cannot be loaded: \S+symbol\.so\b.*nowhere_to_be_found$/,
  },
  {
    what: "a library that is no plugin",
    make: () => [workshop.sharedLibrary("bad", "query.so", [name, "BAD_QUERY"])],
    sentence: /^The file is not a Baton plugin: \S+query\.so\b.*baton_plugin_query$/,
  },
  {
    what: "a library that does not say who it is",
    make: () => [workshop.sharedLibrary("bad", "null.so", [name, "BAD_NULL"])],
    sentence: /^The file is not a Baton plugin: \S+null\.so\b.*baton_plugin_query answered NULL$/,
  },
  {
    what: "a library that has no usable name",
    make: () => [workshop.sharedLibrary("bad", "name.so", ['PLUGIN_NAME="Not a name"'])],
    sentence: /^The file is not a Baton plugin: \S+name\.so: its name must be lower-case letters/,
  },
  {
    what: "a text file that is called a library",
    make: () => [workshop.write("text.so", "a letter\n")],
    sentence: /^The plugin cannot be loaded: \S+text\.so\b/,
  },
  {
    what: "a text file that is called an addon",
    make: () => [workshop.write("text.node", "a letter\n")],
    sentence: /^The plugin cannot be loaded: \S+text\.node\b/,
  },
  {
    what: "a library that is not there",
    make: () => [workshop.file("none.so")],
    sentence: /^The plugin cannot be loaded: \S+none\.so: there is no such file or folder$/,
  },
  {
    what: "a library whose start answers an error",
    make: () => [workshop.sharedLibrary("bad", "start.so", [name, "BAD_START"])],
    sentence: /^The plugin's start failed: plugin "bad": .*$/,
    witnessed: started,
  },
  {
    what: "two libraries of one name",
    make: () => [
      workshop.sharedLibrary("bad", "one.so", [name]),
      workshop.sharedLibrary("bad", "two.so", [name]),
    ],
    sentence: /^This name is taken: .*"?bad"?/,
  },
  {
    what: "a library and an addon of one name",
    make: () => [
      workshop.sharedLibrary("bad", "beside-an-addon.so", [name]),
      workshop.addon("bad", "a.node", [name]),
    ],
    sentence: /^This name is taken: .*"bad"$/,
  },
  {
    what: "an addon that throws in start",
    make: () => [workshop.addon("bad", "start.node", [name, "BAD_START"])],
    sentence: /^The plugin's start failed: plugin "bad": .+$/,
    witnessed: started,
  },
  {
    what: "an addon that throws null in start",
    make: () => [workshop.addon("bad", "throws-null.node", [name, "BAD_NULL"])],
    sentence: /^The plugin's start failed: plugin "bad": null$/,
    witnessed: started,
  },
  {
    what: "an addon without exports",
    make: () => [workshop.addon("bad", "exports.node", [name, "BAD_EXPORTS"])],
    sentence: /^The file is not a Baton plugin: \S+exports\.node: /,
  },
  {
    what: "an addon that misses a symbol",
    make: () => [workshop.addon("bad", "symbol.node", [name, "BAD_SYMBOL"])],
    sentence: /^The plugin cannot be loaded: \S+symbol\.node\b.*nowhere_to_be_found$/,
  },
];

describe("a native plugin ends baton serve with 1, one sentence and nothing half started, if it is", () => {
  let template: Awaited<ReturnType<typeof temporaryFolder>>;
  let job: JobInfo;
  before(async () => {
    template = await temporaryFolder();
    job = await storeJob(template.path);
  });
  after(() => template[Symbol.asyncDispose]());

  describe("no good:", { concurrency: 2, timeout: 120_000 }, () => {
    for (const { what, make, sentence, witnessed = [] } of cases) {
      it(what, async () => {
        await using folder = await temporaryFolder();
        const file = (each: string): string => join(folder.path, each);
        await copyFile(join(template.path, "baton.db"), file("baton.db"));
        await writeFile(file("witness.mjs"), witness);
        const Plugins = ["witness.mjs", ...make()];
        const config = { IndexDirectory: ".", HttpPort: 0, Plugins };
        await writeFile(file("baton.json"), JSON.stringify(config));
        await using baton = new BatonProcess("serve", "--config", file("baton.json"));
        assert.equal(await baton.exit(), 1);
        const [said = "", ...more] = baton.lines("stderr").filter((line) => !isLog(line));
        assert.match(said, sentence);
        assert.deepEqual([more, baton.lines("stdout")], [[], []]);
        assert.deepEqual(await witnessedIn(folder.path), witnessed);
        assert.deepEqual(await storedJobs(folder.path), [job], "the stored job is as it was");
      });
    }
  });
});

/** What a plugin said itself before it was refused. */
const isLog = (line: string): boolean => line.startsWith("{");
