import type { Socket } from "node:net";
import { decodePdu } from "./decode-pdu.ts";
import { pduHeaderSize, type Pdu } from "./pdu.ts";
import { PeerError } from "./peer-error.ts";

/** Longest unit other than data that is read, in bytes: 128 contexts with dozens of syntaxes fit. */
const maxOtherLength = 1_048_576;

/** Reads units from a connection, one at a time: what nobody asks for stays in the network. */
export class PduReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #maxDataLength: number;
  #buffered: Buffer[] = [];
  #length = 0;

  /** `maxDataLength`: longest body of a data unit that is taken, in bytes, as negotiated. */
  constructor(socket: Socket, maxDataLength: number) {
    this.#chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
    this.#maxDataLength = Math.max(maxDataLength, maxOtherLength);
  }

  /** Null: the peer has closed the connection between two units. @throws {PeerError} protocol, closed */
  async next(): Promise<Pdu | null> {
    const head = await this.#take(pduHeaderSize);
    if (head === null) return null;
    const type = head.readUInt8(0);
    const length = head.readUInt32BE(2);
    if (length > this.#maxDataLength) {
      const detail = `it sent a unit of ${length} bytes, or none of DICOM's`;
      throw new PeerError({ kind: "protocol", detail });
    }
    const body = await this.#take(length);
    if (body === null) throw new PeerError({ kind: "closed", code: "in the middle of a unit" });
    return decodePdu(type, body);
  }

  /** Null: the connection ended before the first byte. */
  async #take(size: number): Promise<Buffer | null> {
    while (this.#length < size) {
      const { done, value } = await this.#chunks.next();
      if (done === true) {
        if (this.#length === 0) return null;
        throw new PeerError({ kind: "closed", code: "in the middle of a unit" });
      }
      this.#buffered.push(value);
      this.#length += value.length;
    }
    const [first] = this.#buffered;
    const all =
      this.#buffered.length === 1 && first !== undefined ? first : Buffer.concat(this.#buffered);
    this.#buffered = all.length > size ? [all.subarray(size)] : [];
    this.#length -= size;
    return all.subarray(0, size);
  }
}
