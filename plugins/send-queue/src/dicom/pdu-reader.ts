import type { Socket } from "node:net";
import { decodePdu, decodeValueHead, type ValueHead } from "./decode-pdu.ts";
import { dataValueHeaderSize, pduHeaderSize, pduType, type Pdu } from "./pdu.ts";
import { PeerError } from "./peer-error.ts";

/** Longest unit other than data that is read, in bytes: 128 contexts with dozens of syntaxes fit. */
const maxOtherLength = 1_048_576;

/**
 * Reads units from a connection, one at a time: what nobody asks for stays in the network. Data come in
 * pieces as the network brought them, each as a unit of its own: nothing of it is copied.
 */
export class PduReader {
  readonly #chunks: AsyncIterator<Buffer>;
  readonly #maxDataLength: number;
  #buffered: Buffer[] = [];
  #length = 0;
  /** Bytes that are missing of a unit of data, and of the value in it that is being read. */
  #unitLeft = 0;
  #value: Omit<ValueHead, "length"> | null = null;
  #valueLeft = 0;

  /** `maxDataLength`: longest body of a data unit that is taken, in bytes, as negotiated. */
  constructor(socket: Socket, maxDataLength: number) {
    this.#chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
    this.#maxDataLength = Math.max(maxDataLength, maxOtherLength);
  }

  /** Null: the peer has closed the connection between two units. @throws {PeerError} protocol, closed */
  async next(): Promise<Pdu | null> {
    if (this.#unitLeft > 0 || this.#value !== null) return this.#piece();
    const head = await this.#take(pduHeaderSize);
    if (head === null) return null;
    const type = head.readUInt8(0);
    const length = head.readUInt32BE(2);
    if (length > this.#maxDataLength) {
      const detail = `it sent a unit of ${length} bytes, or none of DICOM's`;
      throw new PeerError({ kind: "protocol", detail });
    }
    if (type === pduType.data && length > 0) {
      this.#unitLeft = length;
      return this.#piece();
    }
    return decodePdu(type, await this.#rest(length));
  }

  /** Of a value of data, as much as there is. */
  async #piece(): Promise<Pdu> {
    const value = this.#value ?? (await this.#begin());
    const bytes = await this.#some(this.#valueLeft);
    this.#valueLeft -= bytes.length;
    this.#unitLeft -= bytes.length;
    const isWhole = this.#valueLeft === 0;
    this.#value = isWhole ? null : value;
    return { kind: "data", values: [{ ...value, isLast: value.isLast && isWhole, bytes }] };
  }

  async #begin(): Promise<Omit<ValueHead, "length">> {
    const size = Math.min(dataValueHeaderSize, this.#unitLeft);
    const { length, ...value } = decodeValueHead(await this.#rest(size), this.#unitLeft);
    this.#unitLeft -= dataValueHeaderSize;
    this.#valueLeft = length;
    return value;
  }

  async #rest(size: number): Promise<Buffer> {
    const bytes = await this.#take(size);
    if (bytes === null) throw cutOff();
    return bytes;
  }

  /** At least a byte, at most `most`; none if that is 0. */
  async #some(most: number): Promise<Buffer> {
    if (most > 0 && !(await this.#fill(1))) throw cutOff();
    const [first = Buffer.alloc(0), ...others] = this.#buffered;
    const bytes = first.subarray(0, most);
    this.#buffered = bytes.length < first.length ? [first.subarray(most), ...others] : others;
    this.#length -= bytes.length;
    return bytes;
  }

  /** Null: the connection ended before the first byte. */
  async #take(size: number): Promise<Buffer | null> {
    if (!(await this.#fill(size))) return null;
    const [first] = this.#buffered;
    const all =
      this.#buffered.length === 1 && first !== undefined ? first : Buffer.concat(this.#buffered);
    this.#buffered = all.length > size ? [all.subarray(size)] : [];
    this.#length -= size;
    return all.subarray(0, size);
  }

  /** Reads until there are so many bytes. False: the connection has ended, and there are none. */
  async #fill(size: number): Promise<boolean> {
    while (this.#length < size) {
      const { done, value } = await this.#chunks.next();
      if (done === true) {
        if (this.#length === 0) return false;
        throw cutOff();
      }
      this.#buffered.push(value);
      this.#length += value.length;
    }
    return true;
  }
}

const cutOff = (): PeerError => new PeerError({ kind: "closed", code: "in the middle of a unit" });
