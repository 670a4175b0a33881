import type { Socket } from "node:net";
import { decodePdu, decodeValueHead, type ValueHead } from "./decode-pdu.ts";
import { dataValueHeaderSize, pduHeaderSize, pduType, type Pdu } from "./pdu.ts";
import { itSent, PeerError } from "./peer-error.ts";

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
  /** How much of the first is read. */
  #at = 0;
  /** Bytes that are there and not read. */
  #length = 0;
  /** Bytes that are missing of a unit of data, and of the value in it that is being read. */
  #unitLeft = 0;
  #value: ValueHead | null = null;
  #valueLeft = 0;

  /** `maxDataLength`: longest body of a data unit that is taken, in bytes, as negotiated. */
  constructor(socket: Socket, maxDataLength: number) {
    this.#chunks = socket.iterator({ destroyOnReturn: false }) as AsyncIterator<Buffer>;
    this.#maxDataLength = Math.max(maxDataLength, maxOtherLength);
  }

  /** Null: the peer has closed the connection between two units. @throws {PeerError} protocol, closed */
  async next(): Promise<Pdu | null> {
    for (;;) {
      const pdu = this.#read();
      if (pdu !== null) return pdu;
      const { done, value } = await this.#chunks.next();
      if (done === true) {
        if (this.#length === 0 && this.#unitLeft === 0 && this.#value === null) return null;
        throw new PeerError({ kind: "closed", code: "in the middle of a unit" });
      }
      this.#buffered.push(value);
      this.#length += value.length;
    }
  }

  /** Null: more has to come. @throws {PeerError} protocol */
  #read(): Pdu | null {
    if (this.#value !== null) return this.#piece(this.#value);
    if (this.#unitLeft > 0) return this.#beginValue();
    if (this.#length < pduHeaderSize) return null;
    const bytes = this.#together(pduHeaderSize);
    const type = bytes.readUInt8(this.#at);
    const length = bytes.readUInt32BE(this.#at + 2);
    if (length > this.#maxDataLength) {
      throw itSent(`a unit of ${length} bytes, or none of DICOM's`);
    }
    if (type !== pduType.data || length === 0) return this.#readWhole(type, length);
    this.#skip(pduHeaderSize);
    this.#unitLeft = length;
    return this.#beginValue();
  }

  #readWhole(type: number, length: number): Pdu | null {
    const size = pduHeaderSize + length;
    if (this.#length < size) return null;
    const body = this.#together(size).subarray(this.#at + pduHeaderSize, this.#at + size);
    this.#skip(size);
    return decodePdu(type, body);
  }

  #beginValue(): Pdu | null {
    const size = Math.min(dataValueHeaderSize, this.#unitLeft);
    if (this.#length < size) return null;
    const value = decodeValueHead(this.#together(size), this.#unitLeft, this.#at);
    this.#skip(size);
    this.#unitLeft -= size;
    this.#value = value;
    this.#valueLeft = value.length;
    return this.#piece(value);
  }

  /** Of a value of data, as much as there is. */
  #piece({ contextId, isCommand, isLast }: ValueHead): Pdu | null {
    if (this.#valueLeft > 0 && this.#length === 0) return null;
    const bytes = this.#some(this.#valueLeft);
    this.#valueLeft -= bytes.length;
    this.#unitLeft -= bytes.length;
    const isWhole = this.#valueLeft === 0;
    if (isWhole) this.#value = null;
    return {
      kind: "data",
      values: [{ contextId, isCommand, isLast: isLast && isWhole, bytes }],
    };
  }

  /** At most so many, as they came. */
  #some(most: number): Buffer {
    const [first] = this.#buffered;
    if (most === 0 || first === undefined) return Buffer.alloc(0);
    const bytes = first.subarray(this.#at, this.#at + most);
    this.#skip(bytes.length);
    return bytes;
  }

  /** The bytes from `#at` on, in one piece as far as `size`. REQUIRES that they are there */
  #together(size: number): Buffer {
    const [first] = this.#buffered;
    if (first !== undefined && first.length - this.#at >= size) return first;
    const all = Buffer.concat(this.#buffered);
    this.#buffered = [all];
    return all;
  }

  /** REQUIRES that they are in one piece */
  #skip(size: number): void {
    this.#at += size;
    this.#length -= size;
    if (this.#at < (this.#buffered[0]?.length ?? 0)) return;
    this.#buffered.shift();
    this.#at = 0;
  }
}
