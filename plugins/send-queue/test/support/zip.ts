import { crc32, deflateRawSync } from "node:zlib";

/** A file of an archive, and what is wrong with it. */
export interface Zipped {
  readonly name: string;
  readonly data: Buffer;
  /** Default: deflated. */
  readonly isStored?: boolean;
  readonly isEncrypted?: boolean;
  readonly isDamaged?: boolean;
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
    const rest = Buffer.concat([Buffer.alloc(12), uint32(offset)]);
    centrals.push(Buffer.concat([uint32(0x0201_4b50), uint16(20), about, rest, name]));
    locals.push(local);
    offset += local.length;
  }
  const central = Buffer.concat(centrals);
  const counts = [uint16(files.length), uint16(files.length)];
  const end = [uint32(0x0605_4b50), uint32(0), ...counts];
  const where = [uint32(central.length), uint32(offset), uint16(0)];
  return Buffer.concat([...locals, central, ...end, ...where]);
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
