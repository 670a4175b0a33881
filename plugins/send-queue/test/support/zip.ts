import { crc32, deflateRawSync } from "node:zlib";

/** A file of an archive, and what is wrong with it. */
export interface Zipped {
  readonly name: string;
  readonly data: Buffer;
  /** Default: deflated. */
  readonly isStored?: boolean;
  readonly isEncrypted?: boolean;
  readonly isDamaged?: boolean;
  /** Where the directory says that it stands, in eight bytes. Default: where it does, in four. */
  readonly offset64?: bigint;
}

/** A ZIP archive (APPNOTE.TXT 4.3), made without the reader that is tested. */
export function zipOf(...files: readonly Zipped[]): Buffer {
  const locals: Buffer[] = [];
  const centrals: Buffer[] = [];
  let offset = 0;
  for (const file of files) {
    const packed = file.isStored === true ? file.data : deflateRawSync(file.data, { level: 9 });
    const about = aboutOf(file, packed.length);
    const name = Buffer.from(file.name, "utf8");
    const local = Buffer.concat([uint32(0x0403_4b50), about, uint16(0), name, packed]);
    const rest = restOf(file, offset);
    centrals.push(
      Buffer.concat([uint32(0x0201_4b50), uint16(20), about, rest.fixed, name, rest.extra]),
    );
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(centrals);
  return Buffer.concat([...locals, central, endOf(files.length, central.length, offset)]);
}

/**
 * The end of an archive in numbers of eight bytes. `record`: where it says that its own record stands.
 * `directory`: where that record says that the directory of one file is; default: there is no record.
 */
export function end64Of({ record, directory }: { record: bigint; directory?: bigint }): Buffer {
  const locator = [uint32(0x0706_4b50), uint32(0), uint64(record), uint32(1)];
  const parts = [...locator, endOf(0xffff, 0xffff_ffff, 0xffff_ffff)];
  if (directory === undefined) return Buffer.concat(parts);
  const head = [uint32(0x0606_4b50), uint64(44n), uint16(45), uint16(45), uint32(0), uint32(0)];
  const where = [uint64(1n), uint64(1n), uint64(46n), uint64(directory)];
  return Buffer.concat([...head, ...where, ...parts]);
}

function endOf(count: number, size: number, offset: number): Buffer {
  const counts = [uint16(count), uint16(count)];
  const where = [uint32(size), uint32(offset), uint16(0)];
  return Buffer.concat([uint32(0x0605_4b50), uint32(0), ...counts, ...where]);
}

/** What the directory says of a file after the length of its name, and after its name. */
function restOf(
  { offset64 }: Zipped,
  offset: number,
): { readonly fixed: Buffer; readonly extra: Buffer } {
  const extra =
    offset64 === undefined
      ? Buffer.alloc(0)
      : Buffer.concat([uint16(0x0001), uint16(8), uint64(offset64)]);
  const where = uint32(offset64 === undefined ? offset : 0xffff_ffff);
  return { fixed: Buffer.concat([uint16(extra.length), Buffer.alloc(10), where]), extra };
}

/** What the head of a file and the directory say alike, up to the length of its name. */
function aboutOf(
  { name, data, isStored = false, isEncrypted = false, isDamaged = false }: Zipped,
  packedSize: number,
): Buffer {
  const sum = crc32(data) ^ (isDamaged ? 1 : 0);
  return Buffer.concat([
    uint16(20),
    uint16(isEncrypted ? 1 : 0),
    uint16(isStored ? 0 : 8),
    uint32(0),
    uint32(sum >>> 0),
    uint32(packedSize),
    uint32(data.length),
    uint16(Buffer.byteLength(name)),
  ]);
}

function uint16(value: number): Buffer {
  const bytes = Buffer.alloc(2);
  bytes.writeUInt16LE(value);
  return bytes;
}

function uint32(value: number): Buffer {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value);
  return bytes;
}

function uint64(value: bigint): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(value);
  return bytes;
}
