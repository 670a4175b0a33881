/**
 * Archives in the form that every `tar` knows (POSIX ustar; sizes above 8 GiB as GNU and BSD write
 * them): files one after the other, each behind a block that says its name and size.
 */

const blockBytes = 512;

/** Largest size that fits into eleven octal digits. */
const maxOctal = 0o77777777777;

/** A file to be put into an archive. */
export interface TarFile {
  /** At most 100 ASCII characters. */
  readonly name: string;
  /** In bytes: exactly so many are to come. */
  readonly size: number;
  readonly read: () => Promise<AsyncIterable<Uint8Array>> | AsyncIterable<Uint8Array>;
}

/** How many bytes the archive of these files has. */
export function tarSize(files: readonly TarFile[]): number {
  const sizes = files.map(({ size }) => blockBytes + size + paddingOf(size));
  return sizes.reduce((sum, size) => sum + size, 2 * blockBytes);
}

/** The archive. Fails if a file has another size than it was said to have. */
export async function* tarOf(files: readonly TarFile[]): AsyncGenerator<Uint8Array> {
  for (const file of files) {
    yield headOf(file);
    let size = 0;
    for await (const bytes of await file.read()) {
      size += bytes.byteLength;
      yield bytes;
    }
    if (size !== file.size) throw new Error(`${file.name} has ${size} bytes, not ${file.size}`);
    yield new Uint8Array(paddingOf(size));
  }
  yield new Uint8Array(2 * blockBytes);
}

/** A file that comes out of an archive; its bytes must be read before the next one comes. */
export interface FileOfTar {
  readonly name: string;
  readonly size: number;
  readonly bytes: AsyncIterable<Uint8Array>;
}

/** The files of an archive. @throws {Error} it is none, or ends before its end */
export async function* filesOfTar(archive: AsyncIterable<Uint8Array>): AsyncGenerator<FileOfTar> {
  const input = new Input(archive);
  for (;;) {
    const head = await input.exactly(blockBytes);
    if (head.every((byte) => byte === 0)) return input.drain();
    const { name, size } = readHead(head);
    yield { name, size, bytes: input.some(size) };
    await input.exactly(paddingOf(size));
  }
}

const paddingOf = (size: number): number => (blockBytes - (size % blockBytes)) % blockBytes;

function headOf({ name, size }: TarFile): Uint8Array {
  const head = Buffer.alloc(blockBytes);
  head.write(name, 0, 100, "latin1");
  head.write("0000600\0", 100, "latin1");
  head.write("0000000\0", 108, "latin1");
  head.write("0000000\0", 116, "latin1");
  if (size <= maxOctal) head.write(`${size.toString(8).padStart(11, "0")}\0`, 124, "latin1");
  else head.writeUIntBE(size, 130, 6);
  if (size > maxOctal) head[124] = 0x80;
  head.write("00000000000\0", 136, "latin1");
  head.write("0", 156, "latin1");
  head.write("ustar\u000000", 257, "latin1");
  head.write(`${checksumOf(head).toString(8).padStart(6, "0")}\0 `, 148, "latin1");
  return head;
}

function readHead(head: Buffer): { readonly name: string; readonly size: number } {
  const said = Number.parseInt(head.toString("latin1", 148, 156), 8);
  if (said !== checksumOf(head)) throw new Error("this is no archive, or it is damaged");
  const name = head.toString("latin1", 0, 100).replace(/\0.*$/s, "");
  const isLarge = head[124] === 0x80;
  const octal = head.toString("latin1", 124, 136).replace(/[\0 ].*$/s, "");
  return { name, size: isLarge ? head.readUIntBE(130, 6) : Number.parseInt(octal, 8) };
}

/** The sum of all bytes, those of the sum itself taken as spaces. */
function checksumOf(head: Uint8Array): number {
  return head.reduce((sum, byte, at) => sum + (at >= 148 && at < 156 ? 32 : byte), 0);
}

/** Bytes in the amounts in which they are wanted. */
class Input {
  readonly #chunks: AsyncIterator<Uint8Array>;
  #rest: Uint8Array = new Uint8Array(0);

  constructor(chunks: AsyncIterable<Uint8Array>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  async exactly(size: number): Promise<Buffer> {
    const parts: Uint8Array[] = [];
    for await (const part of this.some(size)) parts.push(part);
    return Buffer.concat(parts);
  }

  async *some(size: number): AsyncGenerator<Uint8Array> {
    for (let left = size; left > 0;) {
      if (this.#rest.byteLength === 0) await this.#fill();
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.byteLength);
      left -= part.byteLength;
      yield part;
    }
  }

  /** Whoever sends must not be left with its last bytes. */
  async drain(): Promise<void> {
    while ((await this.#chunks.next()).done !== true);
  }

  async #fill(): Promise<void> {
    const next = await this.#chunks.next();
    if (next.done === true) throw new Error("the archive ends before its end");
    this.#rest = next.value;
  }
}
