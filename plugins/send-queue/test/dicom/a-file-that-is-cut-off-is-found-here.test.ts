import assert from "node:assert/strict";
import { mkdtemp, open, readdir, rm, writeFile, type FileHandle } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { NotDicom, readPart10, tag, type Instance } from "../../src/part10/part10.ts";
import { deflatedLittleEndian } from "../../src/dicom/uids.ts";
import { ctImageStorage, encodings, madeInstance } from "../support/made-instance.ts";

/** Where Debian's python3-pydicom has its corpus. */
const corpus = "/usr/lib/python3/dist-packages/pydicom/data/test_files";

describe("a file that is cut off is found here, not by the peer", () => {
  let folder = "";
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "send-queue-"));
  });
  after(() => rm(folder, { recursive: true }));

  const inFile = async <T>(bytes: Buffer, use: (file: FileHandle) => Promise<T>): Promise<T> => {
    const path = join(folder, "one.dcm");
    await writeFile(path, bytes);
    await using file = await open(path);
    return await use(file);
  };
  const read = (bytes: Buffer): Promise<Instance> =>
    inFile(bytes, (file) => readPart10(file, [tag.modality, tag.patientId]));

  for (const transferSyntax of encodings) {
    it(`a whole one is understood: ${transferSyntax}`, async () => {
      const { file, dataSet, sopInstance } = madeInstance(transferSyntax, 300_000);
      const instance = await read(file);
      assert.equal(instance.sopClass, ctImageStorage);
      assert.equal(instance.sopInstance, sopInstance);
      assert.equal(instance.transferSyntax, transferSyntax);
      assert.equal(instance.size, dataSet.length);
      assert.equal(file.subarray(instance.offset).equals(dataSet), true);
      assert.equal(instance.values.get(tag.modality), "CT");
      assert.equal(instance.values.get(tag.patientId), "NOBODY");
    });

    it(`wherever it is cut: ${transferSyntax}`, async () => {
      const { file, dataSet } = madeInstance(transferSyntax, 40);
      const first = file.length - dataSet.length;
      for (let size = 0; size < file.length; size += 1) {
        const verdict = await read(file.subarray(0, size)).then(
          (instance) => instance,
          (error: unknown) => error,
        );
        if (verdict instanceof NotDicom) continue;
        // Between two elements nothing can be seen: but then the UIDs are those of the whole.
        assert.ok(verdict !== null && typeof verdict === "object" && "sopInstance" in verdict);
        // What is deflated may lack the byte that fills it up.
        const isFine = transferSyntax !== deflatedLittleEndian || size === file.length - 1;
        assert.ok(size > first && isFine, `cut at ${size}`);
      }
    });
  }

  it("what is no DICOM file is told apart", async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from("<html>"), Buffer.alloc(10_000)]) {
      await assert.rejects(read(bytes), NotDicom);
    }
  });

  it("the corpus of pydicom: what can be read is understood", async (test) => {
    const names = await readdir(corpus).catch(() => null);
    if (names === null) {
      assert.notEqual(process.env["BATON_REQUIRE_PEERS"], "1", "there is no python3-pydicom");
      test.skip("there is no corpus (Debian: python3-pydicom)");
      return;
    }
    const refused: string[] = [];
    let understood = 0;
    for (const name of names.filter((one) => one.endsWith(".dcm"))) {
      await using file = await open(join(corpus, name));
      try {
        await readPart10(file, []);
        understood += 1;
      } catch (error) {
        assert.ok(error instanceof NotDicom, `${name}: ${String(error)}`);
        refused.push(`${name}: ${error.message}`);
      }
    }
    test.diagnostic(`${understood} understood; ${refused.join("; ")}`);
    assert.ok(understood >= 50, refused.join("\n"));
    assert.ok(
      refused.some((line) => line.includes("rtplan_truncated") || line.includes("truncated")),
    );
  });
});
