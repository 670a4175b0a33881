import assert from "node:assert/strict";
import promises, { mkdir, mkdtemp, rm, stat } from "node:fs/promises";
import { syncBuiltinESMExports } from "node:module";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, beforeEach, describe, it } from "node:test";
import { setImmediate as turn, setTimeout as delay } from "node:timers/promises";
import { makeFolder, Spool, type SpooledFile, type SpoolWriter } from "../../src/spool/spool.ts";

/** Folders that were synced, in order; and what the sync of one waits for. */
let synced: string[] = [];
let held: { readonly path: string; readonly until: Promise<void> } | null = null;

const { open } = promises;

/** Tells of every folder that is synced from now on. */
function watchSyncs(): void {
  const watched: typeof open = async (path, ...rest) => {
    const file = await open(path, ...rest);
    const sync = file.sync.bind(file);
    file.sync = async () => {
      if ((await file.stat()).isDirectory()) {
        if (held?.path === path) await held.until;
        synced.push(String(path));
      }
      await sync();
    };
    return file;
  };
  promises.open = watched;
  syncBuiltinESMExports();
}

async function written(spool: Spool, text: string): Promise<SpoolWriter> {
  const writer = await spool.create();
  await writer.write(Buffer.from(text));
  return writer;
}

/** The next texts of which the files stand in one folder. */
async function twins(spool: Spool): Promise<readonly [SpoolWriter, SpoolWriter]> {
  const seen = new Map<string, SpoolWriter>();
  for (let count = 0; ; count += 1) {
    const writer = await written(spool, String(count));
    const group = writer.hash.slice(0, 2);
    const twin = seen.get(group);
    if (twin !== undefined) return [twin, writer];
    seen.set(group, writer);
  }
}

describe("a name is on the disk before anybody is told", () => {
  let folder = "";
  beforeEach(async () => {
    folder = await mkdtemp(join(tmpdir(), "spool-"));
    synced = [];
    held = null;
    watchSyncs();
  });
  afterEach(async () => {
    promises.open = open;
    syncBuiltinESMExports();
    await rm(folder, { recursive: true });
  });

  it("of each folder that is made, up to the one that was there", async () => {
    await makeFolder(join(folder, "one", "two", "three"));
    const expected = [join(folder, "one", "two"), join(folder, "one"), folder];
    assert.deepEqual(synced, expected);
    await makeFolder(join(folder, "one", "two", "three"));
    assert.deepEqual(synced, expected);
  });

  it("also of a folder that a process has made that ended right then", async () => {
    const path = join(folder, "spool");
    const first = await Spool.open(path, 0);
    const writer = await written(first, "an image");
    await mkdir(join(path, writer.hash.slice(0, 2)));
    synced = [];
    const spool = await Spool.open(path, 0);
    const { hash } = await (await written(spool, "an image")).close();
    assert.deepEqual(synced, [path, join(path, hash.slice(0, 2))]);
  });

  it("also for who finds a folder there that another one is just making", async () => {
    const path = join(folder, "spool");
    const spool = await Spool.open(path, 0);
    const [one, other] = await twins(spool);
    const { promise, resolve } = Promise.withResolvers<void>();
    await Promise.all([one.seal(), other.seal()]);
    held = { path, until: promise };
    synced = [];
    const ended: SpooledFile[] = [];
    const group = join(path, one.hash.slice(0, 2));
    const first = one.close().then((file) => ended.push(file));
    while (!(await isThere(group))) await turn();
    const second = other.close().then((file) => ended.push(file));
    await Promise.race([second, delay(500)]);
    assert.deepEqual(ended, []);
    resolve();
    await Promise.all([first, second]);
    assert.equal(synced[0], dirname(group));
  });
});

const isThere = (path: string): Promise<boolean> =>
  stat(path).then(
    () => true,
    () => false,
  );
