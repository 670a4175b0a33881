import {
  commandField,
  element,
  encodeCommand,
  placeIn,
  sizeOfText,
  withDataSet,
  type Command,
} from "./command.ts";
import { headSize, layOut, writeHead } from "./data-blocks.ts";
import { storeCommand, type StoreRequest } from "./store-message.ts";

/** An instance of which only the size is known yet; bytes. */
export type Announced = Omit<StoreRequest, "data" | "pace" | "moveOriginator"> & {
  readonly size: number;
};

/**
 * A C-STORE that is sent in one go: its heads stand there, its data set is still to be read into the gaps. When
 * it has been sent it can be used again for another instance of the same class and size.
 */
export class StoreFrames {
  /** All of it, to be sent. */
  readonly bytes: Buffer;
  /** For the data set, one after the other. */
  readonly gaps: readonly Buffer[];
  readonly #contextId: number;
  readonly #sopClass: string;
  readonly #size: number;
  #sopInstance: string;
  /** Where in `bytes` these stand. */
  readonly #messageIdAt: number;
  readonly #sopInstanceAt: number;

  private constructor(
    { contextId, sopClass, sopInstance, size }: Announced,
    { bytes, gaps, command }: { bytes: Buffer; gaps: readonly Buffer[]; command: Buffer },
  ) {
    this.bytes = bytes;
    this.gaps = gaps;
    this.#contextId = contextId;
    this.#sopClass = sopClass;
    this.#size = size;
    this.#sopInstance = sopInstance;
    this.#messageIdAt = headSize + placeIn(command, element.messageId);
    this.#sopInstanceAt = headSize + placeIn(command, element.affectedSopInstance);
  }

  /**
   * Makes them in a buffer that `room` gives, of at least so many bytes. Null: the peer takes units so short
   * that the command alone needs several.
   */
  static layOut(
    request: Announced,
    fragment: number,
    room: (size: number) => Buffer,
  ): StoreFrames | null {
    const command = encodeCommand(commandOf(request));
    if (command.length > fragment) return null;
    const { contextId, size } = request;
    const begin = headSize + command.length;
    const all = begin + Math.max(1, Math.ceil(size / fragment)) * headSize + size;
    const bytes = room(all).subarray(0, all);
    writeHead(bytes, { contextId, isCommand: true, isLast: true, size: command.length });
    command.copy(bytes, headSize);
    const { views: gaps } = layOut(bytes.subarray(begin), { contextId, fragment, left: size });
    return new StoreFrames(request, { bytes, gaps, command });
  }

  get sopInstance(): string {
    return this.#sopInstance;
  }

  set messageId(id: number) {
    this.bytes.writeUInt16LE(id, this.#messageIdAt);
  }

  /** From now on they are for this one. False: that needs others. */
  readdress({ contextId, sopClass, sopInstance, size }: Announced): boolean {
    const length = sizeOfText(sopInstance);
    const isAlike =
      size === this.#size &&
      contextId === this.#contextId &&
      sopClass === this.#sopClass &&
      length === sizeOfText(this.#sopInstance);
    if (!isAlike) return false;
    this.#sopInstance = sopInstance;
    // A UID is filled up with a NUL.
    this.bytes[this.#sopInstanceAt + length - 1] = 0;
    this.bytes.write(sopInstance, this.#sopInstanceAt, "latin1");
    return true;
  }
}

const commandOf = (request: Announced): Command =>
  new Map([
    ...storeCommand(request),
    [element.field, commandField.store],
    [element.messageId, 0],
    [element.dataSetType, withDataSet],
  ]);
