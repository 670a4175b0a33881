import { part10Head } from "../../src/part10/part10.ts";
import { ctImageStorage, explicit, type MadeInstance } from "./made-instance.ts";

/** Elements in explicit little endian, by their tags; texts. */
export type Elements = Readonly<Record<number, readonly [vr: string, value: string]>>;

let count = 0;

/** A small file with these elements, in the order of their tags. */
export function dressedInstance(
  elements: Elements = {},
  sopInstance = `2.25.${Date.now()}${process.pid}.9.${(count += 1)}`,
): MadeInstance {
  const all: Elements = {
    0x0008_0016: ["UI", ctImageStorage],
    0x0008_0018: ["UI", sopInstance],
    0x0010_0020: ["LO", "NOBODY"],
    0x0020_000d: ["UI", "2.25.2"],
    0x0020_000e: ["UI", "2.25.2.1"],
    ...elements,
  };
  const dataSet = Buffer.concat(
    Object.entries(all)
      .map(([number, element]) => [Number(number), element] as const)
      .toSorted(([a], [b]) => a - b)
      .map(([number, [vr, value]]) => elementOf(number, vr, value)),
  );
  const identity = { sopClass: ctImageStorage, sopInstance, transferSyntax: explicit };
  return { ...identity, dataSet, file: Buffer.concat([part10Head(identity), dataSet]) };
}

/** Of a representation with a length of two bytes. */
export function elementOf(number: number, vr: string, value: string): Buffer {
  const padded = value.length % 2 === 0 ? value : value + (vr === "UI" ? "\0" : " ");
  const head = Buffer.alloc(8);
  head.writeUInt16LE(number >>> 16, 0);
  head.writeUInt16LE(number & 0xffff, 2);
  head.write(vr, 4, "latin1");
  head.writeUInt16LE(padded.length, 6);
  return Buffer.concat([head, Buffer.from(padded, "latin1")]);
}
