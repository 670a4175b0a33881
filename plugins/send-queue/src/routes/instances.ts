import type { JobHost, RouteRequest, RouteResponse } from "../../../../src/sdk.ts";
import { NotDicom } from "../dicom/part10.ts";
import type { SendQueue } from "../open-send-queue.ts";
import { SpoolFull, type SpoolWriter } from "../spool/spool.ts";
import { badRequest, fullStorage, refuse } from "./refusal.ts";

/** Registers Orthanc's `POST /instances`: a DICOM file, answered when it is safe. */
export function registerInstances(host: JobHost, open: SendQueue): void {
  host.registerRoute("POST", "/instances", (request) => takeIn(open, request));
}

async function takeIn({ intake }: SendQueue, request: RouteRequest): Promise<RouteResponse> {
  try {
    const writer = await intake.begin();
    await written(writer, request.body);
    const { instance, isNew } = await intake.take(writer);
    const { resources } = instance;
    return {
      body: {
        ID: resources.instance,
        ParentPatient: resources.patient,
        ParentSeries: resources.series,
        ParentStudy: resources.study,
        Path: `/instances/${resources.instance}`,
        Status: isNew ? "Success" : "AlreadyStored",
      },
    };
  } catch (error) {
    if (error instanceof NotDicom) return refuse(request, badRequest(error.message));
    if (error instanceof SpoolFull) return refuse(request, fullStorage(error.message));
    if (isDiskFull(error)) return refuse(request, fullStorage("The disk of the queue is full."));
    throw error;
  }
}

/** Nothing is left of what cannot be written. */
async function written(writer: SpoolWriter, bytes: Uint8Array): Promise<void> {
  try {
    await writer.write(bytes);
  } catch (error) {
    await writer.discard();
    throw error;
  }
}

const isDiskFull = (error: unknown): boolean =>
  error instanceof Error &&
  (("code" in error && error.code === "ENOSPC") || ("isFull" in error && error.isFull === true));
