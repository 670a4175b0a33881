/** A body is no multipart/form-data, or breaks off: in a sentence without anything of it. */
export class MultipartBroken extends Error {
  override readonly name = "MultipartBroken";
}

/** Longest head of a part, in bytes. */
const maxHeadSize = 16_384;

const crlf = Buffer.from("\r\n");
const headEnd = Buffer.from("\r\n\r\n");

/** The boundary that a content type names; null: it is no multipart/form-data. @throws {MultipartBroken} */
export function boundaryOf(contentType: string): string | null {
  const [type = "", ...parameters] = contentType.split(";");
  if (type.trim().toLowerCase() !== "multipart/form-data") return null;
  for (const parameter of parameters) {
    const found = /^\s*boundary=(?:"([^"]{1,70})"|([^\s";]{1,70}))\s*$/i.exec(parameter);
    if (found !== null) return found[1] ?? found[2] ?? "";
  }
  throw new MultipartBroken("The content type multipart/form-data names no boundary.");
}

/** Takes the parts of a body, one after the other. */
export interface Parts {
  /** Bytes of the part at hand. */
  write(bytes: Uint8Array): Promise<void>;
  /** It has come to its end. */
  end(): Promise<void>;
}

/**
 * Reads multipart/form-data (RFC 7578, RFC 2046 5.1) as it arrives: no more of it is kept than a boundary
 * or a head of a part. @throws {MultipartBroken}; what `parts` and the body throw
 */
export async function readMultipart(
  body: AsyncIterable<Uint8Array>,
  boundary: string,
  parts: Parts,
): Promise<void> {
  const reader = new Reader(boundary, parts);
  for await (const chunk of body) await reader.take(Buffer.from(chunk));
  reader.checkEnd();
}

/** Where the reader is. */
type Place = "preamble" | "after-boundary" | "head" | "content" | "epilogue";

class Reader {
  readonly #delimiter: Buffer;
  readonly #parts: Parts;
  #place: Place = "preamble";
  /** What came and could not be told yet. The first boundary needs no line before it. */
  #rest: Buffer = crlf;

  constructor(boundary: string, parts: Parts) {
    this.#delimiter = Buffer.from(`\r\n--${boundary}`, "latin1");
    this.#parts = parts;
  }

  async take(chunk: Buffer): Promise<void> {
    if (this.#place === "epilogue") return;
    this.#rest = this.#rest.length === 0 ? chunk : Buffer.concat([this.#rest, chunk]);
    while (await this.#step());
  }

  checkEnd(): void {
    if (this.#place === "epilogue") return;
    throw new MultipartBroken("The body ends before its last boundary.");
  }

  /** False: more must come first. */
  #step(): boolean | Promise<boolean> {
    switch (this.#place) {
      case "preamble":
        return this.#upToDelimiter(null);
      case "content":
        return this.#upToDelimiter(this.#parts);
      case "after-boundary":
        return this.#afterBoundary();
      case "head":
        return this.#head();
      case "epilogue":
        return false;
    }
  }

  async #upToDelimiter(parts: Parts | null): Promise<boolean> {
    const at = this.#rest.indexOf(this.#delimiter);
    // Of what is left the end may be the beginning of a delimiter.
    const end = at === -1 ? Math.max(0, this.#rest.length - this.#delimiter.length + 1) : at;
    if (end > 0) await parts?.write(this.#rest.subarray(0, end));
    this.#rest = this.#rest.subarray(at === -1 ? end : at + this.#delimiter.length);
    if (at === -1) return false;
    await parts?.end();
    this.#place = "after-boundary";
    return true;
  }

  /** A line end: a part follows; two dashes: none does. Blanks may stand before the line end. */
  #afterBoundary(): boolean {
    if (this.#rest.length < 2) return false;
    if (this.#rest.subarray(0, 2).toString("latin1") === "--") {
      this.#place = "epilogue";
      this.#rest = Buffer.alloc(0);
      return false;
    }
    const lineEnd = this.#rest.indexOf(crlf);
    const line = this.#rest.subarray(0, lineEnd === -1 ? undefined : lineEnd).toString("latin1");
    if (!/^[ \t]*\r?$/.test(line)) throw new MultipartBroken("Something follows a boundary.");
    if (lineEnd === -1) return this.#bounded();
    // The line end stays: a head may be empty.
    this.#rest = this.#rest.subarray(lineEnd);
    this.#place = "head";
    return true;
  }

  #head(): boolean {
    const at = this.#rest.indexOf(headEnd);
    if (at === -1) return this.#bounded();
    this.#rest = this.#rest.subarray(at + headEnd.length);
    this.#place = "content";
    return true;
  }

  #bounded(): false {
    if (this.#rest.length <= maxHeadSize) return false;
    throw new MultipartBroken("The head of a part is too long.");
  }
}
