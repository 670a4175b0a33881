import { Type } from "typebox";
import { Value } from "typebox/value";
import type { JobHost, JsonValue, RouteRequest, RouteResponse } from "../../../../src/sdk.ts";
import { resumeRequests } from "../job/start-job.ts";
import type { SendParts } from "../job/send-job.ts";
import type { SendQueue } from "../open-send-queue.ts";
import type { ListedItem } from "../queue/item.ts";
import { noDestination } from "./named-destination.ts";
import { badRequest, refuse, unknownResource } from "./refusal.ts";
import { StoreCall } from "./store-call.ts";
import { withDefaults } from "./store-request.ts";

const wish = Type.Object({ Force: Type.Optional(Type.Boolean()) }, { additionalProperties: false });

/** So many items are read at once. */
const pageSize = 1_000;

/**
 * Registers `POST /send-queue/jobs/{id}/resubmit`: what failed of a job is tried again; with `Force` all of
 * it is sent once more, by a job of its own, whatever was acknowledged.
 */
export function registerResubmit(host: JobHost, open: SendQueue, parts: SendParts): void {
  const resubmit = async (request: RouteRequest): Promise<RouteResponse> => {
    const given = read(request.body);
    if (!Value.Check(wish, given)) {
      return refuse(request, badRequest('The body is {}, or {"Force": true}.'));
    }
    const job = request.params["id"] ?? "";
    const items = await itemsOf(open, job);
    const [first] = items;
    if (first === undefined) {
      return refuse(request, unknownResource("The queue knows no job of this id."));
    }
    if (given.Force === true) return sendAll(request, items, first.destination);
    const requests = await open.queue.call("requeue", { filter: { job }, now: Date.now() });
    await resumeRequests(host, parts, requests);
    return { body: { Requeued: requests.length } };
  };

  const sendAll = (
    request: RouteRequest,
    items: readonly ListedItem[],
    name: string,
  ): Promise<RouteResponse> | RouteResponse => {
    const destination = open.destinations.get(name);
    if (destination === undefined) return refuse(request, unknownResource(noDestination(name)));
    const hashes = new Set(items.map(({ instance }) => instance.hash));
    const studies = new Set(items.map(({ instance }) => instance.resources.study));
    const wanted = withDefaults({ Resources: [...studies], Asynchronous: true });
    return new StoreCall(host, { open, parts, destination, request }).store(wanted, {
      hashes: [...hashes],
    });
  };

  host.registerRoute("POST", "/send-queue/jobs/{id}/resubmit", resubmit, { scope: "operate" });
}

/** Undefined: it is no JSON. */
function read(body: Uint8Array): JsonValue | undefined {
  const text = new TextDecoder().decode(body).trim();
  try {
    return text === "" ? {} : (JSON.parse(text) as JsonValue);
  } catch {
    return undefined;
  }
}

async function itemsOf({ queue }: SendQueue, job: string): Promise<readonly ListedItem[]> {
  const items: ListedItem[] = [];
  for (;;) {
    const after = items.at(-1)?.id ?? 0;
    const page = await queue.call("items", { filter: { job, after }, limit: pageSize });
    items.push(...page);
    if (page.length < pageSize) return items;
  }
}
