import {
  isForReports,
  isReport,
  reportReception,
  syntaxOfReports,
  type OnReport,
} from "../commitment/report-reception.ts";
import { commandField } from "../dicom/command.ts";
import { NotDicom, part10Head } from "../part10/part10.ts";
import type { ProposedContext, Rejection } from "../dicom/pdu.ts";
import type { Caller, Message, Reception, Service } from "../dicom/service.ts";
import { isUid, verification } from "../dicom/uids.ts";
import { QueueFailed } from "../queue/queue.ts";
import { SpoolFull, type SpoolWriter } from "../spool/spool.ts";
import type { Intake } from "./intake.ts";

const outOfResources = 0xa700;
const cannotUnderstand = 0xc000;
const processingFailure = 0x0110;
const noSuchClass = 0x0122;

/** Every class of storage begins so; there are private ones, too. */
const isStorage = (uid: string): boolean => uid !== verification && isUid(uid);

/** Takes what others send with C-STORE; answers success when it is safe. */
export class StorageService implements Service {
  readonly #intake: Intake;
  readonly #onReport: OnReport;

  /** `onReport`: hears what peers answer for. */
  constructor(intake: Intake, onReport: OnReport) {
    this.#intake = intake;
    this.#onReport = onReport;
  }

  admit(_caller: Caller): Rejection | null {
    return null;
  }

  /** What is kept byte for byte may come in any syntax. */
  negotiate(context: ProposedContext): string | null {
    if (isForReports(context)) return syntaxOfReports(context);
    const { abstractSyntax, transferSyntaxes } = context;
    const isKnown = abstractSyntax === verification || isStorage(abstractSyntax);
    return isKnown ? (transferSyntaxes.find(isUid) ?? null) : "";
  }

  async receive(message: Message): Promise<Reception | number> {
    if (isReport(message)) return reportReception(message, this.#onReport);
    if (message.field !== commandField.store) return noSuchClass;
    try {
      return await this.#begin(message);
    } catch (error) {
      return statusOf(error);
    }
  }

  /** @throws what writing throws: nothing is left of it */
  async #begin(message: Message): Promise<Reception> {
    const writer = await this.#intake.begin();
    try {
      await writer.write(part10Head(message));
    } catch (error) {
      await writer.discard();
      throw error;
    }
    return {
      write: (bytes) => writer.write(bytes),
      discard: () => writer.discard(),
      finish: () => this.#finish(writer, message),
      statusOf,
    };
  }

  async #finish(writer: SpoolWriter, { caller, sopInstance }: Message): Promise<number> {
    try {
      const { calledAet, callingAet } = caller;
      const origin = { source: "dicom", calledAet, callingAet, folder: "", to: null } as const;
      await this.#intake.takeOne(writer, origin, sopInstance);
      return 0;
    } catch (error) {
      return statusOf(error);
    }
  }
}

/** A full disk, or queue, is the whole destination's trouble, anything else that of this message. */
function statusOf(error: unknown): number {
  if (error instanceof NotDicom) return cannotUnderstand;
  const isQueueFull = error instanceof QueueFailed && error.isFull;
  const code = error instanceof Error && "code" in error ? error.code : null;
  const isFull =
    error instanceof SpoolFull || isQueueFull || code === "ENOSPC" || code === "EDQUOT";
  return isFull ? outOfResources : processingFailure;
}
