import type {
  JobHost,
  JsonObject,
  RouteResponse,
  StreamRouteRequest,
} from "../../../../src/sdk.ts";
import { NotDicom } from "../dicom/part10.ts";
import type { SendQueue } from "../open-send-queue.ts";
import type { Examined, Intake, TakenIn } from "../receive/intake.ts";
import { fromRest } from "../routing/origin.ts";
import type { SpoolWriter } from "../spool/spool.ts";
import { boundaryOf, readMultipart, type Parts } from "./multipart.ts";
import { unpackedBody } from "./packed.ts";
import { refusalOfIntake } from "./refusal-of-intake.ts";

/**
 * Registers Orthanc's `POST /instances`: a DICOM file of any size, or several in a form; answered when
 * they are safe.
 */
export function registerInstances(host: JobHost, open: SendQueue): void {
  host.registerRoute("POST", "/instances", (request) => takeIn(open, request), {
    body: "stream",
    maxBytes: null,
  });
}

async function takeIn({ intake }: SendQueue, request: StreamRouteRequest): Promise<RouteResponse> {
  const upload = new Upload(intake);
  try {
    const body = unpackedBody(request.body, request.headers["content-encoding"] ?? "");
    const boundary = boundaryOf(request.headers["content-type"] ?? "");
    const announced = Number(request.headers["content-length"] ?? 0);
    await upload.begin(announced);
    if (boundary === null) {
      for await (const chunk of body) await upload.write(chunk);
      await upload.end();
    } else {
      await readMultipart(body, boundary, upload);
    }
    const taken = await upload.take();
    return { body: boundary === null ? shown(taken[0]) : taken.map((one) => shown(one)) };
  } catch (error) {
    await upload.discard();
    return refusalOfIntake(request, error);
  }
}

/** The files of one request: all of them are taken, or none. */
class Upload implements Parts {
  readonly #intake: Intake;
  readonly #examined: Examined[] = [];
  #writer: SpoolWriter | null = null;

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

  take(): Promise<readonly TakenIn[]> {
    if (this.#examined.length === 0) throw new NotDicom("The form has no file.");
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
