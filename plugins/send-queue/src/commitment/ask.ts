import { Association } from "../dicom/association.ts";
import { commandField, element, numberOf, textOf } from "../dicom/command.ts";
import {
  commitmentClass,
  commitmentInstance,
  decodeCommitmentReport,
  encodeCommitmentRequest,
  requestCommitment,
  type CommitmentReport,
  type Reference,
} from "../dicom/commitment.ts";
import type { Asked } from "../dicom/attend.ts";
import { dataSetInMemory } from "../dicom/data-set.ts";
import { PeerError } from "../dicom/peer-error.ts";
import { implicitLittleEndian } from "../dicom/uids.ts";
import { hex } from "../policy/store-status.ts";
import type { Modality } from "../settings/settings.ts";

/** The peer did not take a request; nothing is known of what it keeps. */
export class CommitmentRefused extends Error {
  override readonly name = "CommitmentRefused";
}

export interface Request {
  readonly transaction: string;
  readonly references: readonly Reference[];
}

/** Who hears of what becomes of a request. */
export interface Listener {
  /** The peer has taken it: from now on a report may come, here or on an association of its own. */
  readonly taken: () => Promise<void>;
  readonly reported: (report: CommitmentReport) => Promise<number>;
  /** Nothing more is expected on this association. */
  readonly signal: AbortSignal;
  /** It is ended at once, whatever the peer does. */
  readonly closing: AbortSignal;
}

/** Asks a peer to answer for instances. @throws {CommitmentRefused}, {PeerError}: it has not taken it */
export async function askForCommitment(
  { aet, localAet, address, timeoutMs, patience }: Modality,
  request: Request,
  listener: Listener,
): Promise<void> {
  const association = await Association.open({
    address,
    calledAet: aet,
    callingAet: localAet,
    contexts: [
      { id: 1, abstractSyntax: commitmentClass, transferSyntaxes: [implicitLittleEndian] },
    ],
    patience: { ...patience, progressMs: timeoutMs },
    signal: listener.closing,
  });
  try {
    await askOver(association, request, listener);
  } finally {
    // If the listener has thrown; else it has ended in peace.
    association.abort();
  }
}

async function askOver(
  association: Association,
  { transaction, references }: Request,
  { taken, reported, signal }: Listener,
): Promise<void> {
  if (association.context(1)?.result !== 0) {
    await association.release();
    throw new CommitmentRefused("the peer does not know storage commitment");
  }
  const action = {
    sopClass: commitmentClass,
    sopInstance: commitmentInstance,
    type: requestCommitment,
  };
  const data = dataSetInMemory(encodeCommitmentRequest(transaction, references));
  const { status } = await association.action(1, action, data);
  if (status !== 0) {
    await association.release();
    throw new CommitmentRefused(`the peer answered ${hex(status)}`);
  }
  await taken();
  let isReported = false;
  const answer = async (asked: Asked): Promise<number> => {
    const answered = await takeReport(asked, reported);
    isReported ||= answered === 0;
    return answered;
  };
  await association.attend({ signal, answer, isOver: () => isReported });
}

const noSuchClass = 0x0122;
const invalidArgument = 0x0115;

async function takeReport(
  { command, dataSet }: Asked,
  reported: Listener["reported"],
): Promise<number> {
  const isReport =
    numberOf(command, element.field) === commandField.eventReport &&
    textOf(command, element.affectedSopClass) === commitmentClass;
  if (!isReport) return noSuchClass;
  try {
    return await reported(decodeCommitmentReport(dataSet, false));
  } catch (error) {
    if (error instanceof PeerError) return invalidArgument;
    throw error;
  }
}
