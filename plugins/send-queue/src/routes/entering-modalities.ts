import type {
  JobHost,
  JsonValue,
  RouteHandler,
  RouteRequest,
  RouteResponse,
} from "../../../../src/sdk.ts";
import type { SendQueue } from "../open-send-queue.ts";
import { SettingsInvalid } from "../settings/invalid.ts";
import { noModality } from "./named-destination.ts";
import { badRequest, conflict, refuse, unknownResource } from "./refusal.ts";

/** Registers Orthanc's PUT and DELETE /modalities/{id}. What is entered stays over a restart. */
export function registerEnteringModalities(host: JobHost, open: SendQueue): void {
  const entering = new Entering(open);
  const operate = { scope: "operate" } as const;
  host.registerRoute("PUT", "/modalities/{id}", entering.route("enter"), operate);
  host.registerRoute("DELETE", "/modalities/{id}", entering.route("remove"), operate);
}

/** As the names of Orthanc's modalities. */
const nameShape = /^[A-Za-z0-9_-]{1,60}$/;

class Entering {
  readonly #open: SendQueue;
  /** One after the other: each changes the same file. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(open: SendQueue) {
    this.#open = open;
  }

  route(action: "enter" | "remove"): RouteHandler {
    return (request) => {
      const name = request.params["id"] ?? "";
      const answer = this.#last.then(() => this.#answer(action, request, name));
      this.#last = answer.catch(() => {});
      return answer;
    };
  }

  async #answer(
    action: "enter" | "remove",
    request: RouteRequest,
    name: string,
  ): Promise<RouteResponse> {
    if (this.#open.modalities.isConfigured(name)) {
      const words = `${JSON.stringify(name)} stands in the configuration: change it there, and start the host again.`;
      return refuse(request, conflict(words));
    }
    return action === "enter" ? this.#enter(request, name) : this.#remove(request, name);
  }

  async #enter(request: RouteRequest, name: string): Promise<RouteResponse> {
    if (!nameShape.test(name)) {
      const words = "A modality's name has letters, digits, dashes and underscores, at most 60.";
      return refuse(request, badRequest(words));
    }
    const modality = parsed(request.body);
    if (modality === undefined) return refuse(request, badRequest("The body is not JSON."));
    const { modalities, change } = this.#open;
    try {
      const { targets } = change.read(modalities.settings(name, modality));
      const target = targets.get(name);
      if (target === undefined) throw new SettingsInvalid("This is no modality.");
      await modalities.enter(name, modality);
      await change.enter(target);
      return { body: {} };
    } catch (error) {
      if (!(error instanceof SettingsInvalid)) throw error;
      return refuse(request, badRequest(error.message));
    }
  }

  async #remove(request: RouteRequest, name: string): Promise<RouteResponse> {
    const { modalities, change } = this.#open;
    if (!modalities.has(name)) return refuse(request, unknownResource(noModality(name)));
    const left = await this.#left(name);
    if (left !== null && request.query.get("force") !== "true") {
      return refuse(request, conflict(left));
    }
    try {
      // Whatever names it would keep the host from its next start.
      change.read(modalities.settings(name));
    } catch (error) {
      if (!(error instanceof SettingsInvalid)) throw error;
      return refuse(request, conflict(`The configuration needs it: ${error.message}`));
    }
    await modalities.enter(name);
    await change.remove(name);
    return { body: {} };
  }

  /** What is still there for it, in words; null: nothing. */
  async #left(name: string): Promise<string | null> {
    const totals = await this.#open.queue.call("totals", {});
    const count = (state: "pending" | "failed"): number =>
      totals.find((one) => one.destination === name && one.state === state)?.count ?? 0;
    const [waiting, errors] = [count("pending"), count("failed")];
    if (waiting + errors === 0) return null;
    return `${waiting} instances wait for ${name}, and ${errors} are errors: move or remove them; or, with ?force=true, they stay in the queue, and nothing is sent.`;
  }
}

/** Undefined: it is no JSON. */
function parsed(body: Uint8Array): JsonValue | undefined {
  try {
    return JSON.parse(new TextDecoder().decode(body)) as JsonValue;
  } catch {
    return undefined;
  }
}
