import type { JobHost, RouteResponse, StreamRouteRequest } from "../../../../src/sdk.ts";
import type { Destination } from "../destinations/destination.ts";
import type { SendParts } from "../job/send-job.ts";
import type { SendQueue } from "../open-send-queue.ts";
import type { QueuedInstance } from "../queue/item.ts";
import { withTarget } from "./named-destination.ts";
import { unpackedBody } from "./packed.ts";
import { refusalOfIntake } from "./refusal-of-intake.ts";
import { StoreCall } from "./store-call.ts";
import { withDefaults } from "./store-request.ts";

/**
 * Registers Orthanc's `POST /modalities/{id}/store-straight`: the file in the body is sent there, once, and
 * nowhere else; answered when it has arrived, or has not.
 */
export function registerStoreStraight(host: JobHost, open: SendQueue, parts: SendParts): void {
  const straight = async (
    request: StreamRouteRequest,
    destination: Destination,
  ): Promise<RouteResponse> => {
    const taken = await takeIn(open, request);
    if ("refusal" in taken) return taken.refusal;
    const wanted = withDefaults({ Resources: [taken.instance.resources.instance], Queue: false });
    const call = new StoreCall(host, { open, parts, destination, request });
    const answer = await call.store(wanted, { hashes: [taken.instance.hash] });
    if ((answer.status ?? 200) !== 200) return answer;
    const { sopClass, sopInstance } = taken.instance;
    return { body: { SOPClassUID: sopClass, SOPInstanceUID: sopInstance } };
  };
  host.registerRoute(
    "POST",
    "/modalities/{id}/store-straight",
    (request) =>
      withTarget(open, request, "dicom", ({ destination }) => straight(request, destination)),
    { body: "stream", maxBytes: null },
  );
}

/** The file is in the spool, where it is tidied as any other; or why it is not. */
async function takeIn(
  { intake }: SendQueue,
  request: StreamRouteRequest,
): Promise<{ readonly instance: QueuedInstance } | { readonly refusal: RouteResponse }> {
  try {
    const body = unpackedBody(request.body, request.headers["content-encoding"] ?? "");
    const writer = await intake.begin(Number(request.headers["content-length"] ?? 0));
    try {
      for await (const chunk of body) await writer.write(chunk);
    } catch (error) {
      await writer.discard();
      throw error;
    }
    return { instance: await intake.keep(await intake.examine(writer)) };
  } catch (error) {
    return { refusal: refusalOfIntake(request, error) };
  }
}
