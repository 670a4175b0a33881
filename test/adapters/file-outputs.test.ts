import assert from "node:assert/strict";
import { existsSync } from "node:fs";
import { readdir, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, it } from "node:test";
import { FileOutputs } from "../../src/adapters/file-outputs.ts";
import { idOf } from "../support/records.ts";
import { temporaryFolder } from "./stores/temporary-folder.ts";

const bytes = (text: string): Uint8Array => Buffer.from(text);

void describe("the files of outputs", () => {
  void it("have their name when they are complete, and not before", async () => {
    await using folder = await temporaryFolder();
    const files = filesIn(folder.path);
    const draft = files.create(idOf(1));
    await draft.write(bytes("ab"));
    assert.match((await readdir(folder.path)).join(), /^[-0-9a-f]{36}\.[0-9a-f]{16}\.part$/);
    void draft.write(bytes("cd"));
    const { file, size } = await draft.finish();
    assert.deepEqual([await readdir(folder.path), size], [[file], 4]);
    assert.equal(await textOf(files, file), "abcd");
    assert.equal(await textOf(files, file, 1, 2), "bc");
    assert.equal((await stat(join(folder.path, file))).mode & 0o077, 0, "others cannot read it");
  });

  void it("may be empty", async () => {
    await using folder = await temporaryFolder();
    const files = filesIn(join(folder.path, "made", "when needed"));
    const { file, size } = await files.create(idOf(1)).finish();
    assert.deepEqual([await readdir(join(folder.path, "made", "when needed")), size], [[file], 0]);
  });

  void it("leave nothing behind when they are given up", async () => {
    await using folder = await temporaryFolder();
    const files = filesIn(folder.path);
    const draft = files.create(idOf(1));
    void draft.write(bytes("ab"));
    await draft.discard();
    await files.create(idOf(2)).discard();
    assert.deepEqual(await readdir(folder.path), []);
    const finished = await files.create(idOf(3)).finish();
    await files.remove([finished.file, "not-there"]);
    assert.deepEqual(await readdir(folder.path), []);
  });

  void it("are refused when the disk refuses", async () => {
    await using folder = await temporaryFolder();
    const path = join(folder.path, "file");
    await writeFile(path, "");
    const draft = filesIn(path).create(idOf(1));
    await assert.rejects(draft.write(bytes("ab")), { code: "STORE_FAILED", message: /\(EEXIST\)/ });
    await assert.rejects(draft.finish(), { code: "STORE_FAILED" });
  });

  void it("are swept if no record names them, and nobody else's are touched", async () => {
    await using folder = await temporaryFolder();
    const files = filesIn(folder.path);
    const [kept, lost] = [
      await files.create(idOf(1)).finish(),
      await files.create(idOf(1)).finish(),
    ];
    await files.create(idOf(2)).write(bytes("crashed"));
    await writeFile(join(folder.path, "README"), "not ours");
    await filesIn(folder.path, false).sweep(new Set());
    assert.equal((await readdir(folder.path)).length, 4);
    await filesIn(folder.path).sweep(new Set([kept.file]));
    assert.deepEqual((await readdir(folder.path)).toSorted(), [kept.file, "README"].toSorted());
    assert.equal(await files.read(lost.file, 0, 1), null);
  });

  void it("cannot be reached by any other name", async () => {
    await using folder = await temporaryFolder();
    await writeFile(join(folder.path, "secret"), "x");
    for (const name of ["secret", "../secret", `../${idOf(1)}.0123456789abcdef`]) {
      assert.equal(await filesIn(folder.path).read(name, 0, 1), null, name);
    }
  });

  void it("of a host that keeps nothing go with it", async () => {
    const before = await temporaryOutputs();
    const files = new FileOutputs({ folder: null, flushes: false, sweeps: true });
    assert.deepEqual(await temporaryOutputs(), before, "nothing is made before it is needed");
    await files.create(idOf(1)).finish();
    const made = (await temporaryOutputs()).filter((name) => !before.includes(name));
    assert.ok(made.length > 0);
    await files.close();
    assert.ok(made.some((name) => !existsSync(join(tmpdir(), name))));
  });
});

function filesIn(folder: string, sweeps = true): FileOutputs {
  return new FileOutputs({ folder, flushes: true, sweeps });
}

async function textOf(files: FileOutputs, file: string, start = 0, end = 99): Promise<string> {
  const read = await files.read(file, start, end);
  assert.ok(read !== null);
  const chunks: Uint8Array[] = [];
  for await (const chunk of read) chunks.push(chunk);
  return Buffer.concat(chunks).toString();
}

const temporaryOutputs = async (): Promise<readonly string[]> =>
  (await readdir(tmpdir())).filter((name) => name.startsWith("baton-outputs-"));
