import { isShown, recorded, type Exchange } from "./recordings.ts";

/** A way in which ours is meant to differ. `name` is a row of docs/orthanc-compatibility.md. */
interface Difference {
  readonly name: string;
  readonly matches: (exchange: Exchange) => boolean;
  /** What ours answers instead. */
  readonly status: number;
}

const isMethod = (method: string, { request }: Exchange): boolean => request.method === method;

/** The first that matches says how the status of an answer differs. */
export const differences: readonly Difference[] = [
  {
    name: "jobs-can-be-made",
    matches: ({ request }) => request.method === "POST" && request.path === "/jobs",
    status: 400,
  },
  {
    name: "method-override",
    matches: ({ request }) => request.path.includes("_method="),
    status: 200,
  },
  {
    name: "head-and-options",
    matches: (exchange) => isMethod("HEAD", exchange) && exchange.request.path.endsWith("/pause"),
    status: 404,
  },
  { name: "head-and-options", matches: (exchange) => isMethod("HEAD", exchange), status: 200 },
  { name: "head-and-options", matches: (exchange) => isMethod("OPTIONS", exchange), status: 204 },
  { name: "patch", matches: (exchange) => isMethod("PATCH", exchange), status: 405 },
  {
    name: "escaped-dots",
    matches: ({ request }) => request.path === "/jobs/%2e%2e",
    status: 404,
  },
  {
    name: "progress-that-is-no-number",
    matches: ({ note }) => /= NaN(, seen in the expanded list)?$/.test(note),
    status: 200,
  },
  {
    name: "history-of-none",
    matches: ({ note }) => note === "synchronous modification",
    status: 200,
  },
  {
    name: "priority-can-be-changed",
    matches: ({ request }) => request.path.endsWith("/priority"),
    // The job of the recording has failed by then.
    status: 400,
  },
  { name: "outputs-are-kept", matches: ({ note }) => note.includes("evicted"), status: 200 },
  { name: "outputs-in-ranges", matches: ({ note }) => note === "its output, range", status: 206 },
];

/** What the newest recorded Orthanc answers: where they differ, it counts. */
function newest(exchange: Exchange): Exchange["response"] {
  if (exchange.version === "1.12.7") return exchange.response;
  const index = recorded(exchange.version, exchange.file).findIndex(
    ({ note, request, response }) =>
      note === exchange.note &&
      request.method === exchange.request.method &&
      request.path === exchange.request.path &&
      JSON.stringify(response.body) === JSON.stringify(exchange.response.body),
  );
  return recorded("1.12.7", exchange.file)[index]?.response ?? exchange.response;
}

/** What ours is to answer. */
export interface Expected {
  readonly status: number;
  readonly allow: string | undefined;
  /** Null: ours is another, or nothing can be said of it. */
  readonly response: Exchange["response"] | null;
}

/** Which differences were met: one that nothing meets any more is none. */
export class Met {
  readonly names = new Set<string>();

  note(name: string): void {
    this.names.add(name);
  }

  expected(exchange: Exchange): Expected {
    const found = differences.find(({ matches }) => matches(exchange));
    if (found !== undefined) {
      this.note(found.name);
      return { status: found.status, allow: undefined, response: null };
    }
    const newer = newest(exchange);
    const isSame =
      newer.status === exchange.response.status &&
      newer.headers["allow"] === exchange.response.headers["allow"] &&
      kindOf(newer.json) === kindOf(exchange.response.json);
    if (!isSame) this.note("the-newer-counts");
    return {
      status: newer.status,
      allow: newer.headers["allow"],
      response: isSame ? exchange.response : null,
    };
  }
}

/** Lists of ids and lists of jobs are two. */
function kindOf(json: unknown): string {
  if (!Array.isArray(json)) return isShown(json) ? "job" : typeof json;
  return json.length === 0 ? "list" : `list of ${typeof json[0]}`;
}
