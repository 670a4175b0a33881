import type { JobHost, RouteRequest, RouteResponse } from "../../../../src/sdk.ts";
import { NotDicom } from "../dicom/part10.ts";
import type { SendQueue } from "../open-send-queue.ts";
import { SpoolFull } from "../spool/spool.ts";
import { badRequest, fullStorage, refuse } from "./refusal.ts";

/** Registers Orthanc's `POST /instances`: a DICOM file, answered when it is safe. */
export function registerInstances(host: JobHost, open: SendQueue): void {
  host.registerRoute("POST", "/instances", (request) => takeIn(open, request));
}

async function takeIn({ intake }: SendQueue, request: RouteRequest): Promise<RouteResponse> {
  try {
    const writer = await intake.begin();
    await writer.write(request.body);
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
    throw error;
  }
}
