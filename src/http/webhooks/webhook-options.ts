import { JobEngineError } from "../../core/errors.ts";
import type { JobInfo } from "../../ports/job.ts";

/** What a webhook hears of: that a job was submitted, or the state it has entered. */
export type WebhookEvent =
  | "submitted"
  | "pending"
  | "running"
  | "paused"
  | "retry"
  | "success"
  | "failure";

/** Names as Orthanc's of the states, in lower case. */
export const eventOfState: Readonly<Record<JobInfo["state"], WebhookEvent>> = {
  pending: "pending",
  running: "running",
  paused: "paused",
  retrying: "retry",
  succeeded: "success",
  failed: "failure",
};

/** Somebody who is told of jobs by a POST. */
export interface WebhookOptions {
  /** `http:` or `https:`, without a user or a password. */
  readonly url: string;
  /** Default: submitted, success, failure. */
  readonly events?: readonly WebhookEvent[];
  /** Only jobs of these types. Default: of all. */
  readonly types?: readonly string[];
  /**
   * What requests are signed with: "whsec_" and base64, as in Standard Webhooks, or any other text, which
   * is taken as it is. Default: they are not signed.
   */
  readonly secret?: string;
}

/** A webhook with every default. */
export interface Webhook {
  readonly url: URL;
  readonly events: ReadonlySet<WebhookEvent>;
  /** Null: all. */
  readonly types: ReadonlySet<string> | null;
  /** Null: requests are not signed. */
  readonly key: Uint8Array | null;
}

const defaultEvents: readonly WebhookEvent[] = ["submitted", "success", "failure"];

const allEvents: ReadonlySet<unknown> = new Set(["submitted", ...Object.values(eventOfState)]);

const known: ReadonlySet<string> = new Set(["url", "events", "types", "secret"]);

/** Applies the defaults. @throws {JobEngineError} CONFIG_INVALID */
export function completeWebhook(options: WebhookOptions): Webhook {
  for (const name of Object.keys(options)) {
    if (!known.has(name)) throw invalid(`there is no option "${name}" of a webhook`);
  }
  const { url, events = defaultEvents, types = null, secret = null } = options;
  for (const event of events) {
    if (allEvents.has(event)) continue;
    const detail = `there is no event "${event}" for a webhook; there are ${[...allEvents].join(", ")}`;
    throw invalid(detail);
  }
  return {
    url: readUrl(url),
    events: new Set(events),
    types: types === null ? null : new Set(types),
    key: secret === null ? null : keyOf(secret),
  };
}

/** Never repeats the whole: a path may be a secret. */
function readUrl(text: unknown): URL {
  const url = typeof text === "string" ? URL.parse(text) : null;
  if (url === null || !/^https?:$/.test(url.protocol)) {
    throw invalid("the url of a webhook must begin with http:// or https://");
  }
  if (url.username !== "" || url.password !== "") {
    throw invalid(`the url of the webhook at ${url.host} has a user or a password; use secret`);
  }
  return url;
}

function keyOf(secret: unknown): Uint8Array {
  const text = typeof secret === "string" ? secret : "";
  const prefix = "whsec_";
  const isEncoded = text.startsWith(prefix);
  const key = isEncoded ? Buffer.from(text.slice(prefix.length), "base64") : Buffer.from(text);
  if (key.byteLength > 0) return key;
  throw invalid("the secret of a webhook must be a text that is not empty");
}

const invalid = (detail: string): JobEngineError => new JobEngineError("CONFIG_INVALID", detail);
