import type { BulkAnswer, JobObject, PanelAction, PluginObject, SystemObject } from "../wire.ts";

/** So many jobs at once when all are asked for. */
const pageSize = 1_000;

/** Requests that run at a time when many jobs are changed one by one. */
const maxParallel = 4;

export type Action = "pause" | "resume" | "cancel" | "resubmit";

/** A refusal, in the host's words, or that there was no answer. */
export class RestError extends Error {
  override readonly name = "RestError";
  /** HTTP status; 0: no answer. */
  readonly status: number;

  constructor(status: number, message: string) {
    super(message);
    this.status = status;
  }
}

/** Every job, page by page, the newest first. */
export async function* listJobs(signal: AbortSignal): AsyncGenerator<readonly JobObject[]> {
  let since: string | null = null;
  do {
    const query = new URLSearchParams({ expand: "", limit: String(pageSize), order: "-submitted" });
    if (since !== null) query.set("since", since);
    // oxlint-disable-next-line no-await-in-loop -- the next page begins where this one ends
    const response = await request("GET", `jobs?${query.toString()}`, { signal });
    // oxlint-disable-next-line no-await-in-loop
    yield (await response.json()) as readonly JobObject[];
    since = response.headers.get("x-next");
  } while (since !== null);
}

export const act = async (id: string, action: Action): Promise<void> => {
  await request("POST", `jobs/${id}/${action}`);
};

export const forget = async (id: string): Promise<void> => {
  await request("DELETE", `jobs/${id}`);
};

export const cancelPart = async (id: string, node: string): Promise<void> => {
  await request("POST", `jobs/${id}/progress/${encodeURIComponent(node)}/cancel`);
};

export const setPriority = async (id: string, priority: number): Promise<void> => {
  await request("PUT", `jobs/${id}/priority`, { body: JSON.stringify(priority) });
};

/** Tries again every failed job of these types and keys; empty: of all. */
export async function resubmitAll(
  types: readonly string[],
  keys: readonly string[],
): Promise<BulkAnswer> {
  const query = new URLSearchParams([
    ["state", "Failure"],
    ...types.map((type): [string, string] => ["type", type]),
    ...keys.map((key): [string, string] => ["key", key]),
  ]);
  const response = await request("POST", `jobs/resubmit?${query.toString()}`);
  return (await response.json()) as BulkAnswer;
}

/** Tries these jobs again, each for itself: one that is refused keeps no other back. */
export async function resubmitEach(ids: readonly string[]): Promise<BulkAnswer> {
  const left = [...ids];
  const changed: string[] = [];
  const refused: { Code: string; ID: string }[] = [];
  const work = async (): Promise<void> => {
    for (let id = left.shift(); id !== undefined; id = left.shift()) {
      try {
        // oxlint-disable-next-line no-await-in-loop -- the host is not flooded
        await act(id, "resubmit");
        changed.push(id);
      } catch (error) {
        if (!(error instanceof RestError) || error.status === 0) throw error;
        refused.push({ Code: error.message, ID: id });
      }
    }
  };
  await Promise.all(Array.from({ length: maxParallel }, work));
  return { Changed: changed, Refused: refused };
}

/** Statuses that asking again does not change. */
const lasting: ReadonlySet<number> = new Set([401, 403, 404]);

/** Why the host refuses to show this for good, in its words; null: it shows it, or does not answer. */
export async function whyRefused(path: string): Promise<string | null> {
  try {
    await request("GET", path);
    return null;
  } catch (error) {
    return error instanceof RestError && lasting.has(error.status) ? error.message : null;
  }
}

export async function system(): Promise<SystemObject> {
  return (await (await request("GET", "system")).json()) as SystemObject;
}

export async function plugins(): Promise<readonly PluginObject[]> {
  const names = (await (await request("GET", "plugins")).json()) as readonly string[];
  return Promise.all(
    names.map(async (name) => {
      const response = await request("GET", `plugins/${encodeURIComponent(name)}`);
      return (await response.json()) as PluginObject;
    }),
  );
}

/** What a plugin shows of itself; it may have any shape. */
export async function panelAt(path: string, signal: AbortSignal): Promise<unknown> {
  return await (await request("GET", below(path), { signal })).json();
}

export async function press({ method, path, body }: PanelAction): Promise<void> {
  await request(method, below(path), body === undefined ? {} : { body: JSON.stringify(body) });
}

/** Whatever a plugin wrote, it stays on this host, and below the address of the page. */
const below = (path: string): string => `./${path.replace(/^[/\\]+/, "")}`;

interface Sent {
  readonly body?: string;
  readonly signal?: AbortSignal;
}

/** @throws {RestError} */
async function request(method: string, path: string, sent: Sent = {}): Promise<Response> {
  let response: Response;
  try {
    response = await fetch(path, { method, ...sent });
  } catch (error) {
    if (sent.signal?.aborted === true) throw error;
    throw new RestError(0, "The host does not answer.");
  }
  if (response.ok) return response;
  throw new RestError(response.status, await sentenceOf(response));
}

/** What the host says of a refusal: its own sentence, if it has one. */
async function sentenceOf(response: Response): Promise<string> {
  try {
    const { Details } = (await response.json()) as { readonly Details?: unknown };
    if (typeof Details === "string" && Details !== "") return Details;
  } catch {
    // Not in our shape, so perhaps not from our host: the status says more.
  }
  return `The host answered ${response.status} ${response.statusText}`.trim();
}
