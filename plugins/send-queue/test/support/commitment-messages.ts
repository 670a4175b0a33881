import assert from "node:assert/strict";
import {
  answerBit,
  commandField,
  element,
  numberOf,
  type Command,
} from "../../src/dicom/command.ts";
import { commitmentClass, commitmentInstance } from "../../src/dicom/commitment.ts";
import { implicitLittleEndian } from "../../src/dicom/uids.ts";
import { RawAssociation } from "./raw-association.ts";

/** What a peer was asked to answer for, read without our own reader. */
export interface AskedFor {
  readonly transaction: string;
  readonly instances: readonly string[];
}

export function readRequest(dataSet: Buffer): AskedFor {
  let transaction = "";
  const instances: string[] = [];
  for (let at = 0; at + 8 <= dataSet.length;) {
    const tag = dataSet.readUInt16LE(at + 2);
    const length = dataSet.readUInt32LE(at + 4);
    const value = dataSet.toString("latin1", at + 8, at + 8 + length).replace("\0", "");
    if (tag === 0x1195) transaction = value;
    if (tag === 0x1155) instances.push(value);
    // Of the sequence and its items only the heads.
    at += tag === 0x1199 || tag === 0xe000 ? 8 : 8 + length;
  }
  assert.notEqual(transaction, "");
  return { transaction, instances };
}

function item(tag: number, value: Buffer): Buffer {
  const head = Buffer.alloc(8);
  head.writeUInt16LE(tag >>> 16, 0);
  head.writeUInt16LE(tag & 0xffff, 2);
  head.writeUInt32LE(value.length, 4);
  return Buffer.concat([head, value]);
}

const uid = (tag: number, text: string): Buffer =>
  item(tag, Buffer.from(text.length % 2 === 0 ? text : `${text}\0`, "latin1"));

/** A report in implicit little endian: what is not in `failed` is kept. */
export function reportOf(
  { transaction, instances }: AskedFor,
  failed: Readonly<Record<string, number>> = {},
): Buffer {
  const of = (instance: string, more: Buffer = Buffer.alloc(0)): Buffer => {
    const parts = [uid(0x0008_1150, "1.2.840.10008.5.1.4.1.1.2"), uid(0x0008_1155, instance), more];
    return item(0xfffe_e000, Buffer.concat(parts));
  };
  const reasonOf = (reason: number): Buffer => {
    return item(0x0008_1197, Buffer.from([reason & 0xff, reason >>> 8]));
  };
  const lost = instances.filter((one) => failed[one] !== undefined);
  const kept = instances.filter((one) => failed[one] === undefined);
  const parts = [uid(0x0008_1195, transaction)];
  if (lost.length > 0) {
    const items = lost.map((one) => of(one, reasonOf(failed[one] ?? 0)));
    parts.push(item(0x0008_1198, Buffer.concat(items)));
  }
  parts.push(item(0x0008_1199, Buffer.concat(kept.map((one) => of(one)))));
  return Buffer.concat(parts);
}

export const eventReport = (type: number): Command =>
  new Map<number, number | string>([
    [element.affectedSopClass, commitmentClass],
    [element.field, commandField.eventReport],
    [element.messageId, 7],
    [element.affectedSopInstance, commitmentInstance],
    [element.eventType, type],
  ]);

/** Reports on an association of the peer's own; answers the status that it is answered with. */
export async function reportTo(port: number, report: Buffer, type = 1): Promise<number> {
  const transferSyntaxes = [implicitLittleEndian];
  const contexts = [{ id: 1, abstractSyntax: commitmentClass, transferSyntaxes }];
  const association = await RawAssociation.call(port, contexts);
  association.send(eventReport(type), report);
  const answer = await association.next();
  assert.ok(answer !== null);
  assert.equal(numberOf(answer.command, element.field), commandField.eventReport | answerBit);
  await association.release();
  return numberOf(answer.command, element.status);
}
