import type { JobHost, JsonObject } from "../../../../src/sdk.ts";
import type { SendParts } from "../job/send-job.ts";
import type { SendQueue } from "../open-send-queue.ts";
import type { WebServer } from "../settings/settings.ts";
import { namesOf, withTarget } from "./named-destination.ts";
import { StoreCall } from "./store-call.ts";

/** Registers Orthanc's /dicom-web/servers, as far as something is sent there. */
export function registerWebServers(host: JobHost, open: SendQueue, parts: SendParts): void {
  host.registerRoute("GET", "/dicom-web/servers", ({ query }) => ({
    body: query.has("expand") ? expanded(open) : namesOf(open, "dicom-web"),
  }));
  host.registerRoute("GET", "/dicom-web/servers/{id}", (request) =>
    withTarget(open, request, "dicom-web", () => ({ body: ["stow"] })),
  );
  host.registerRoute("POST", "/dicom-web/servers/{id}/stow", (request) =>
    withTarget(open, request, "dicom-web", ({ destination }) =>
      new StoreCall(host, { open, parts, destination, request }).answer(request.body),
    ),
  );
}

const expanded = ({ destinations }: SendQueue): JsonObject =>
  Object.fromEntries(
    [...destinations].flatMap(({ target }) =>
      target.kind === "dicom-web" ? [[target.name, shown(target)]] : [],
    ),
  );

/** Of headers their names alone: what they say may be a secret. */
const shown = ({ address, username, isChunked, timeoutMs }: WebServer): JsonObject => ({
  Url: address.url.href,
  ...(username === null ? {} : { Username: username }),
  HttpHeaders: Object.keys(address.headers).filter((name) => name !== "Authorization"),
  ChunkedTransfers: isChunked,
  Timeout: timeoutMs / 1_000,
});
