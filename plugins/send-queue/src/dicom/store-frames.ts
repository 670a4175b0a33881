import {
  commandField,
  element,
  encodeCommand,
  messageIdOf,
  withDataSet,
  type Command,
} from "./command.ts";
import { headSize, layOut, writeHead } from "./data-blocks.ts";
import { storeCommand, type StoreRequest } from "./store-message.ts";

/** A C-STORE that is sent in one go: its heads stand there, its data set is still to be read into the gaps. */
export interface StoreFrames {
  readonly sopInstance: string;
  /** All of it, to be sent. */
  readonly bytes: Buffer;
  /** For the data set, one after the other. */
  readonly gaps: readonly Buffer[];
  /** Where in `bytes` the id of the message goes. */
  readonly messageIdAt: number;
}

/** An instance of which only the size is known yet; bytes. */
export type Announced = Omit<StoreRequest, "data" | "pace"> & { readonly size: number };

/**
 * Makes them in a buffer that `room` gives, of at least so many bytes. Null: the peer takes units so short
 * that the command alone needs several.
 */
export function framesOfStore(
  request: Announced,
  fragment: number,
  room: (size: number) => Buffer,
): StoreFrames | null {
  const command = encodeCommand(commandOf(request));
  if (command.length > fragment) return null;
  const { contextId, size, sopInstance } = request;
  const begin = headSize + command.length;
  const units = Math.max(1, Math.ceil(size / fragment));
  const bytes = room(begin + units * headSize + size).subarray(0, begin + units * headSize + size);
  writeHead(bytes, { contextId, isCommand: true, isLast: true, size: command.length });
  command.copy(bytes, headSize);
  const { views } = layOut(bytes.subarray(begin), { contextId, fragment, left: size });
  return { sopInstance, bytes, gaps: views, messageIdAt: headSize + messageIdOf(command) };
}

const commandOf = (request: Announced): Command =>
  new Map([
    ...storeCommand(request),
    [element.field, commandField.store],
    [element.messageId, 0],
    [element.dataSetType, withDataSet],
  ]);
