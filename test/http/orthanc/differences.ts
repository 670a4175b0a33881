import { isShown, type Exchange } from "./recordings.ts";

/** A way in which ours is meant to differ: a row of docs/orthanc-compatibility.md has its name. */
export interface Difference {
  readonly name: string;
  readonly matches: (exchange: Exchange) => boolean;
  /** What ours answers instead; absent: the same. */
  readonly status?: number;
  readonly allow?: string;
}

const isMethod = (method: string, { request }: Exchange): boolean => request.method === method;
const isOf = (exchange: Exchange, version: Exchange["version"]): boolean =>
  exchange.version === version;

/**
 * The first that matches says how status and `Allow` differ. Tests note which of them they met: one that
 * nothing meets is no difference any more.
 */
export const differences: readonly Difference[] = [
  {
    name: "method-override",
    matches: ({ request }) => request.path.includes("_method="),
    status: 200,
  },
  {
    name: "method-override",
    matches: ({ request }) => "X-HTTP-Method-Override" in request.headers,
    status: 405,
    allow: "GET",
  },
  {
    name: "head-and-options",
    matches: (exchange) => isMethod("HEAD", exchange) && exchange.request.path.endsWith("/pause"),
    status: 404,
  },
  { name: "head-and-options", matches: (exchange) => isMethod("HEAD", exchange), status: 200 },
  {
    name: "head-and-options",
    matches: (exchange) => isMethod("OPTIONS", exchange),
    status: 204,
    allow: "GET",
  },
  { name: "patch", matches: (exchange) => isMethod("PATCH", exchange), status: 405, allow: "GET" },
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
    name: "expand-has-values",
    matches: (exchange) =>
      isOf(exchange, "1.10.1") && /\?expand=(0|false)$/.test(exchange.request.path),
  },
  {
    name: "delete-is-newer",
    matches: (exchange) =>
      isOf(exchange, "1.10.1") &&
      isMethod("DELETE", exchange) &&
      /^\/jobs\/[^/]+(\/(archive|pause))?$/.test(exchange.request.path),
  },
  {
    name: "delete-is-newer",
    matches: (exchange) => isOf(exchange, "1.10.1") && exchange.file === "07-delete",
  },
  {
    name: "delete-is-newer",
    matches: (exchange) =>
      isOf(exchange, "1.10.1") &&
      exchange.response.status === 405 &&
      exchange.request.path !== "/jobs",
  },
];

/** The names of the differences that were met. */
export class Met {
  readonly names = new Set<string>();

  /** The difference of this exchange; undefined: it has none. */
  of(exchange: Exchange): Difference | undefined {
    const found = differences.find(({ matches }) => matches(exchange));
    if (found !== undefined) this.names.add(found.name);
    return found;
  }

  /** Fields and bodies of one job differ by these. */
  note(name: string): void {
    this.names.add(name);
  }
}

/** Whether a body says a job that its plugin gave no words for. */
export const hasNoWords = (json: unknown): boolean => isShown(json) && json["ErrorDetails"] === "";
