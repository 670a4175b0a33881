import { readFileSync } from "node:fs";

/** The Orthancs that were recorded; where they differ, ours follows the newer. */
export const versions = ["1.10.1", "1.12.7"] as const;
export type Version = (typeof versions)[number];

/** A request to a real Orthanc, and what it answered. */
export interface Exchange {
  readonly version: Version;
  readonly file: File;
  readonly note: string;
  readonly request: {
    readonly method: string;
    readonly path: string;
    readonly headers: Readonly<Record<string, string>>;
    /** An object: bytes of which only a summary was kept. */
    readonly body: string | object | null;
  };
  readonly response: {
    readonly status: number;
    readonly headers: Readonly<Record<string, string | undefined>>;
    readonly body: string | object;
    readonly json?: unknown;
  };
}

/** A job as Orthanc shows it. */
export type Shown = Readonly<Record<string, unknown>> & {
  readonly ID: string;
  readonly State: "Pending" | "Running" | "Paused" | "Retry" | "Success" | "Failure";
  readonly ErrorCode: number;
  readonly Priority: number;
  readonly Content: Readonly<Record<string, unknown>>;
};

/** All recorded files. */
export const files = [
  "01-list",
  "02-states",
  "03-actions-matrix",
  "04-action-requests",
  "05-priority-order",
  "06-metrics",
  "07-delete",
  "10-store",
  "11-archive",
  "12-other-built-in",
  "13-history-size-0",
  "14-history-eviction",
  "15-restart-sigterm",
  "16-restart-sigkill",
  "17-restart-no-jobs",
  "18-restart-without-plugin",
] as const;
export type File = (typeof files)[number];

/** The exchanges of a file, in their order. */
export function recorded(version: Version, file: File): readonly Exchange[] {
  const url = new URL(`../../fixtures/orthanc/${version}/${file}.json`, import.meta.url);
  const { exchanges } = JSON.parse(readFileSync(url, "utf8")) as { exchanges: Exchange[] };
  return exchanges.map((exchange) => Object.assign(exchange, { version, file }));
}

export function isShown(json: unknown): json is Shown {
  return typeof json === "object" && json !== null && "ID" in json && "State" in json;
}

/** What an exchange is about, for the words of a failed test. */
export function about({ version, file, note, request }: Exchange): string {
  return `${version} ${file}, ${note}: ${request.method} ${request.path}`;
}

/** The job in the path of a request; null: none. */
export function idIn(path: string): string | null {
  return /^\/jobs\/([0-9a-f]{8}-[0-9a-f-]{27})/.exec(path)?.[1] ?? null;
}

/** The body of a recorded request; one of which only a summary was kept is empty. */
export function bodyOf({ request }: Exchange): string {
  return typeof request.body === "string" ? request.body : "";
}
