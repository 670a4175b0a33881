import type { FileHandle } from "node:fs/promises";
import type {
  JobHost,
  JsonObject,
  RouteResponse,
  StreamRouteRequest,
} from "../../../../src/sdk.ts";
import { isDicom, NotDicom } from "../part10/part10.ts";
import type { SendQueue } from "../open-send-queue.ts";
import type { Examined, Intake, TakenIn } from "../receive/intake.ts";
import { fromRest } from "../routing/origin.ts";
import type { SpoolWriter } from "../spool/spool.ts";
import { mediaDirectory } from "../dicom/uids.ts";
import { boundaryOf, readMultipart, type Parts } from "./multipart.ts";
import { unpackedBody } from "./packed.ts";
import { refusalOfIntake } from "./refusal-of-intake.ts";
import { filesOf, isZip } from "./zip-archive.ts";

/**
 * Registers Orthanc's `POST /instances`: a DICOM file of any size, or several in a form or a ZIP archive;
 * answered when they are safe.
 */
export function registerInstances(host: JobHost, open: SendQueue): void {
  const tellLeftOut = (count: number): void => {
    if (count === 0) return;
    host.log("warning", `${count} files of an archive are no DICOM instances, and were left out.`);
  };
  host.registerRoute("POST", "/instances", (request) => takeIn(open, request, tellLeftOut), {
    body: "stream",
    maxBytes: null,
  });
}

async function takeIn(
  { intake }: SendQueue,
  request: StreamRouteRequest,
  tellLeftOut: (count: number) => void,
): Promise<RouteResponse> {
  const upload = new Upload(intake);
  try {
    const body = unpackedBody(request.body, request.headers["content-encoding"] ?? "");
    const boundary = boundaryOf(request.headers["content-type"] ?? "");
    const announced = Number(request.headers["content-length"] ?? 0);
    await upload.begin(announced);
    if (boundary === null) {
      for await (const chunk of body) await upload.write(chunk);
      await upload.endAll();
    } else {
      await readMultipart(body, boundary, upload);
    }
    const taken = await upload.take();
    tellLeftOut(upload.leftOut);
    const isOne = boundary === null && !upload.isArchive;
    return { body: isOne ? shown(taken[0]) : taken.map((one) => shown(one)) };
  } catch (error) {
    await upload.discard();
    return refusalOfIntake(request, error);
  }
}

/** What stands before DICOM's own mark is anybody's, and may look like the beginning of an archive. */
const isArchive = async (file: FileHandle): Promise<boolean> =>
  !(await isDicom(file)) && isZip(file);

/** The files of one request: all of them are taken, or none. */
class Upload implements Parts {
  readonly #intake: Intake;
  readonly #examined: Examined[] = [];
  #writer: SpoolWriter | null = null;
  isArchive = false;
  /** Files of the archive that are no instances. */
  leftOut = 0;

  constructor(intake: Intake) {
    this.#intake = intake;
  }

  /** Before the first byte is read: whether there is room. @throws {SpoolFull} */
  async begin(size: number): Promise<void> {
    this.#writer = await this.#intake.begin(size);
  }

  async write(bytes: Uint8Array): Promise<void> {
    this.#writer ??= await this.#intake.begin();
    await this.#writer.write(bytes);
  }

  async end(): Promise<void> {
    const writer = this.#writer ?? (await this.#intake.begin());
    this.#writer = writer;
    if (writer.size === 0) throw new NotDicom("Received an empty DICOM file");
    // It discards what it throws over.
    this.#writer = null;
    this.#examined.push(await this.#intake.examine(writer));
  }

  /** All has come: one file, or an archive of several. */
  async endAll(): Promise<void> {
    const writer = this.#writer;
    if (writer === null || !(await isArchive(writer.file))) return this.end();
    this.isArchive = true;
    this.#writer = null;
    try {
      for await (const file of filesOf(writer.file, writer.size)) {
        for await (const chunk of file) await this.write(chunk);
        await this.#endOfArchive();
      }
    } finally {
      await writer.discard();
    }
  }

  /** What stands on a disc beside the images is left out, as Orthanc does; an image that is cut off is not. */
  async #endOfArchive(): Promise<void> {
    const writer = this.#writer;
    if (writer === null) return;
    if (await isDicom(writer.file)) {
      await this.end();
      if (this.#examined.at(-1)?.found.sopClass !== mediaDirectory) return;
      this.#examined.pop();
    }
    this.#writer = null;
    this.leftOut += 1;
    await writer.discard();
  }

  take(): Promise<readonly TakenIn[]> {
    if (this.#examined.length === 0) throw new NotDicom("There is no DICOM file in it.");
    return this.#intake.take(this.#examined, fromRest);
  }

  /** Nothing is left of what was not taken. */
  async discard(): Promise<void> {
    await this.#writer?.discard();
    for (const { writer } of this.#examined) await writer.discard();
  }
}

function shown(taken: TakenIn | undefined): JsonObject {
  if (taken === undefined) return {};
  const { resources } = taken.instance;
  return {
    ID: resources.instance,
    ParentPatient: resources.patient,
    ParentSeries: resources.series,
    ParentStudy: resources.study,
    Path: `/instances/${resources.instance}`,
    Status: taken.isNew ? "Success" : "AlreadyStored",
  };
}
