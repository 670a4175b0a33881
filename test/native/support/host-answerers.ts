import assert from "node:assert/strict";
import { openHost, type Host, type HostOptions, type JsonObject } from "../../../src/index.ts";
import { HostWorkshop } from "./host-workshop.ts";
import { eventually } from "./host-eventually.ts";

export interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  /** Empty: it is no JSON. */
  readonly json: JsonObject;
}

/** The plugin of plugins/answerer.c in its kinds, compiled in a folder of its own. */
export class Answerers implements Disposable {
  readonly workshop: HostWorkshop = new HostWorkshop();
  readonly #files = {
    library: this.workshop.library("answerer"),
    addon: this.workshop.addon("answerer"),
  };

  open({ file, isolation }: Kind, options: HostOptions = {}): Promise<Host> {
    return openHost({
      plugins: [{ path: this.#files[file], isolation }],
      http: { port: 0 },
      ...options,
    });
  }

  [Symbol.dispose](): void {
    this.workshop.remove();
  }
}

export type Kind = (typeof kinds)[number];

export const kinds = [
  { file: "library", isolation: "none" },
  { file: "addon", isolation: "none" },
  { file: "library", isolation: "process" },
] as const;

export async function post(
  host: Host,
  path: string,
  body: string | JsonObject = "",
): Promise<Answered> {
  const sent = typeof body === "string" ? body : JSON.stringify(body);
  const answer = await fetch(`${host.url}/answerer/${path}`, { method: "POST", body: sent });
  const text = await answer.text();
  return { status: answer.status, headers: answer.headers, text, json: parse(text) };
}

function parse(text: string): JsonObject {
  try {
    return JSON.parse(text) as JsonObject;
  } catch {
    return {};
  }
}

/** How many payloads were created and finalized. */
export async function counts(host: Host): Promise<readonly [created: number, finalized: number]> {
  const answer = await fetch(`${host.url}/answerer/counts`);
  const [created = -1, finalized = -2] = (await answer.text()).split(" ").map(Number);
  return [created, finalized];
}

/** Nothing is lost: every payload is finalized once, when all jobs are over and forgotten. */
export async function balanced(host: Host, expected: number): Promise<void> {
  await eventually(async () => (await counts(host))[1] === expected);
  assert.deepEqual(await counts(host), [expected, expected]);
}
