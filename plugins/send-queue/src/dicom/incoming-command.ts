import { decodeCommand, type Command } from "./command.ts";
import type { DataValue } from "./pdu.ts";
import { itSent } from "./peer-error.ts";

/** A command is some hundred bytes. */
const maxCommandSize = 65_536;

/** A command that comes in fragments, and after it the next one. */
export class IncomingCommand {
  #parts: Uint8Array[] = [];
  #size = 0;

  /** Null: more of it has to come. @throws {PeerError} protocol: it cannot be read, or is too long */
  add({ bytes, isLast }: Pick<DataValue, "bytes" | "isLast">): Command | null {
    this.#size += bytes.length;
    if (this.#size > maxCommandSize) {
      throw itSent("a command that does not end");
    }
    // Most come in one piece.
    if (isLast && this.#parts.length === 0) {
      this.#size = 0;
      return decodeCommand(bytes);
    }
    // Empty ones would never reach the limit. A copy: what came with it in one piece is not held.
    if (bytes.length > 0) this.#parts.push(Buffer.from(bytes));
    if (!isLast) return null;
    const whole = Buffer.concat(this.#parts);
    this.#parts = [];
    this.#size = 0;
    return decodeCommand(whole);
  }
}
