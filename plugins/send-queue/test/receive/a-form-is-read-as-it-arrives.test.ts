import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { boundaryOf, MultipartBroken, readMultipart } from "../../src/routes/multipart.ts";

async function* inPieces(bytes: Buffer, size: number): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) yield bytes.subarray(at, at + size);
}

async function partsOf(bytes: Buffer, size: number, boundary = "b"): Promise<readonly string[]> {
  const parts: string[] = [];
  let part = "";
  await readMultipart(inPieces(bytes, size), boundary, {
    write: async (some) => void (part += Buffer.from(some).toString("latin1")),
    end: async () => {
      parts.push(part);
      part = "";
    },
  });
  return parts;
}

const head = 'Content-Disposition: form-data; name="f"; filename="f.dcm"\r\n\r\n';
const nasty = "\r\n--\r\n-\r\r\n--c\r\n--";
const form = Buffer.from(
  `preamble\r\n--b\r\n${head}${nasty}\r\n--b \t\r\n\r\nsecond\r\n--b\r\n${head}\r\n--b--\r\nepilogue`,
  "latin1",
);

describe("a form is read as it arrives", () => {
  for (const size of [1, 2, 3, 7, 16, 1_000]) {
    it(`in pieces of ${size} bytes, whatever stands in its parts`, async () => {
      assert.deepEqual(await partsOf(form, size), [nasty, "second", ""]);
    });
  }

  it("as others make it", async () => {
    const data = new FormData();
    data.append("a", new Blob(["first"]), "a.dcm");
    data.append("b", "second");
    const request = new Request("http://localhost", { method: "POST", body: data });
    const boundary = boundaryOf(request.headers.get("content-type") ?? "");
    assert.ok(boundary !== null);
    const bytes = Buffer.from(await request.arrayBuffer());
    assert.deepEqual(await partsOf(bytes, 5, boundary), ["first", "second"]);
  });

  const broken: Readonly<Record<string, string>> = {
    "no boundary at all": "nothing",
    "no last boundary": `--b\r\n${head}x\r\n--b\r\n`,
    "a part that is cut off": `--b\r\n${head}x`,
    "a head that does not end": `--b\r\n${"x".repeat(20_000)}`,
    "more behind a boundary": `--b\r\n${head}x\r\n--bcd\r\n`,
  };
  for (const [what, text] of Object.entries(broken)) {
    it(`not with ${what}`, async () => {
      await assert.rejects(partsOf(Buffer.from(text), 11), MultipartBroken);
    });
  }

  it("by the boundary that its content type names", () => {
    assert.equal(boundaryOf("application/dicom"), null);
    assert.equal(boundaryOf('Multipart/Form-Data; charset=x; Boundary="a b"'), "a b");
    assert.throws(() => boundaryOf("multipart/form-data"), MultipartBroken);
  });
});
