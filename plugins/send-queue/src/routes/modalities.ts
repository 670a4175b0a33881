import type { JobHost, JsonObject, RouteRequest, RouteResponse } from "../../../../src/sdk.ts";
import { DestinationFailed } from "../destinations/destination-failed.ts";
import type { Destination } from "../destinations/destination.ts";
import type { SendParts } from "../job/send-job.ts";
import type { SendQueue } from "../open-send-queue.ts";
import type { Modality } from "../settings/settings.ts";
import { namesOf, withTarget } from "./named-destination.ts";
import { networkProtocol, refuse } from "./refusal.ts";
import { StoreCall } from "./store-call.ts";

/** Registers Orthanc's /modalities. */
export function registerModalities(host: JobHost, open: SendQueue, parts: SendParts): void {
  host.registerRoute("GET", "/modalities", ({ query }) => ({
    body: query.has("expand") ? expanded(open) : namesOf(open, "dicom"),
  }));
  host.registerRoute("GET", "/modalities/{id}", (request) =>
    withTarget(open, request, "dicom", () => ({ body: [...operations] })),
  );
  host.registerRoute("GET", "/modalities/{id}/configuration", (request) =>
    withTarget(open, request, "dicom", ({ target }) => ({ body: shown(target) })),
  );
  host.registerRoute("POST", "/modalities/{id}/echo", (request) =>
    withTarget(open, request, "dicom", ({ destination }) => echo(request, destination)),
  );
  host.registerRoute("POST", "/modalities/{id}/store", (request) =>
    withTarget(open, request, "dicom", ({ destination }) =>
      new StoreCall(host, { open, parts, destination, request }).answer(request.body),
    ),
  );
}

/** What can be asked of a modality, as Orthanc lists it. */
const operations = ["configuration", "echo", "store", "store-straight"] as const;

const expanded = ({ destinations }: SendQueue): JsonObject =>
  Object.fromEntries(
    [...destinations].flatMap(({ target }) =>
      target.kind === "dicom" ? [[target.name, shown(target)]] : [],
    ),
  );

const shown = ({ aet, address, localAet, timeoutMs, commitmentMs }: Modality): JsonObject => ({
  AET: aet,
  Host: address.host,
  Port: address.port,
  LocalAet: localAet,
  UseDicomTls: address.tls !== null,
  AllowStorageCommitment: commitmentMs !== null,
  Timeout: timeoutMs / 1_000,
});

/** Asks a destination whether it is there, and answers as Orthanc does. */
export async function echo(
  request: RouteRequest,
  destination: Destination,
): Promise<RouteResponse> {
  try {
    await destination.probe();
    return { body: {} };
  } catch (error) {
    if (error instanceof DestinationFailed) return refuse(request, networkProtocol(error.message));
    throw error;
  }
}
