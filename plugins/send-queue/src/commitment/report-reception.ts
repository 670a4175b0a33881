import {
  commitmentClass,
  decodeCommitmentReport,
  type CommitmentReport,
} from "../dicom/commitment.ts";
import { commandField } from "../dicom/command.ts";
import type { ProposedContext } from "../dicom/pdu.ts";
import { PeerError } from "../dicom/peer-error.ts";
import type { Message, Reception } from "../dicom/service.ts";
import { explicitLittleEndian, implicitLittleEndian } from "../dicom/uids.ts";

/** Hears a report; answers the status for the peer. */
export type OnReport = (report: CommitmentReport) => Promise<number>;

/** A report is some hundred bytes for each instance. */
const maxSize = 16_777_216;

const invalidArgument = 0x0115;
const outOfResources = 0x0213;

export const isReport = ({ field, sopClass }: Message): boolean =>
  field === commandField.eventReport && sopClass === commitmentClass;

export const isForReports = ({ abstractSyntax }: ProposedContext): boolean =>
  abstractSyntax === commitmentClass;

/** The syntax in which we read a report; null: none of them. */
export const syntaxOfReports = ({ transferSyntaxes }: ProposedContext): string | null =>
  transferSyntaxes.find((uid) => uid === implicitLittleEndian || uid === explicitLittleEndian) ??
  null;

/** Takes a report that comes on an association of the peer's. */
export function reportReception({ transferSyntax }: Message, onReport: OnReport): Reception {
  const parts: Buffer[] = [];
  let size = 0;
  return {
    write: async (bytes) => {
      size += bytes.length;
      // What is too long is read to its end all the same, and dropped.
      if (bytes.length > 0 && size <= maxSize) parts.push(Buffer.from(bytes));
    },
    finish: async () => {
      if (size > maxSize) return outOfResources;
      try {
        const isExplicit = transferSyntax === explicitLittleEndian;
        return await onReport(decodeCommitmentReport(Buffer.concat(parts), isExplicit));
      } catch (error) {
        if (error instanceof PeerError) return invalidArgument;
        throw error;
      }
    },
    discard: async () => void parts.splice(0),
  };
}
