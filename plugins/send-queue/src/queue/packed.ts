import { commitNumbers, type JournaledAcknowledgement } from "./acknowledgement-record.ts";
import type { Commitment, Item, ItemState } from "./item.ts";

/**
 * An item on its way between the threads: its values without their names, by which copying an object takes five
 * times as long, on the thread that sends.
 */
export type PackedItem = readonly [
  id: number,
  request: string,
  destination: string,
  hash: string,
  sopClass: string,
  sopInstance: string,
  transferSyntax: string,
  offset: number,
  size: number,
  isCut: boolean,
  patient: string,
  study: string,
  series: string,
  instance: string,
  state: ItemState,
  attempts: number,
  dueAt: number,
  isAlone: boolean,
  warning: string | null,
  failureCode: string | null,
  failureSentence: string,
  cameFrom: string | null,
  commitment: Commitment,
  enteredAt: number,
  changedAt: number,
];

export const packItem = (item: Item): PackedItem => [
  item.id,
  item.request,
  item.destination,
  item.instance.hash,
  item.instance.sopClass,
  item.instance.sopInstance,
  item.instance.transferSyntax,
  item.instance.offset,
  item.instance.size,
  item.instance.isCut === true,
  item.instance.resources.patient,
  item.instance.resources.study,
  item.instance.resources.series,
  item.instance.resources.instance,
  item.state,
  item.attempts,
  item.dueAt,
  item.isAlone,
  item.warning,
  item.lastFailure?.code ?? null,
  item.lastFailure?.sentence ?? "",
  item.cameFrom,
  item.commitment,
  item.enteredAt,
  item.changedAt,
];

export const unpackItem = (packed: PackedItem): Item => ({
  id: packed[0],
  request: packed[1],
  destination: packed[2],
  instance: {
    hash: packed[3],
    sopClass: packed[4],
    sopInstance: packed[5],
    transferSyntax: packed[6],
    offset: packed[7],
    size: packed[8],
    resources: { patient: packed[10], study: packed[11], series: packed[12], instance: packed[13] },
    ...(packed[9] && { isCut: true }),
  },
  state: packed[14],
  attempts: packed[15],
  dueAt: packed[16],
  isAlone: packed[17],
  warning: packed[18],
  lastFailure: packed[19] === null ? null : { code: packed[19], sentence: packed[20] },
  cameFrom: packed[21],
  commitment: packed[22],
  enteredAt: packed[23],
  changedAt: packed[24],
});

/** Numbers of one acknowledgement in a packed list. */
const packedSize = 4;

/** Acknowledgements on their way, as plain numbers. */
export const packAcknowledgements = (
  acknowledgements: readonly JournaledAcknowledgement[],
): readonly number[] =>
  acknowledgements.flatMap(({ number, id, isToCommit, now }) => [
    number,
    id,
    commitNumbers.indexOf(isToCommit),
    now,
  ]);

export function unpackAcknowledgements(packed: readonly number[]): JournaledAcknowledgement[] {
  const acknowledgements: JournaledAcknowledgement[] = [];
  for (let at = 0; at < packed.length; at += packedSize) {
    const [number = 0, id = 0, commit = 0, now = 0] = packed.slice(at, at + packedSize);
    acknowledgements.push({ number, id, isToCommit: commitNumbers[commit] ?? false, now });
  }
  return acknowledgements;
}
