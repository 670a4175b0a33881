import assert from "node:assert/strict";
import { statuses } from "../../../src/adapters/native/numbers.ts";
import {
  openHost,
  type Host,
  type HostOptions,
  type JsonObject,
  type Plugin,
  type PluginEntry,
} from "../../../src/index.ts";
import type { RouteHandler } from "../../../src/sdk.ts";
import { CountedHost } from "./counted-host.ts";
import { watchCounts } from "./host-counts.ts";

/** An answer of call_rest as plugins/services.c tells it. */
export interface Told {
  readonly status: string;
  readonly http: number;
  readonly body: string;
}

/** A host with the plugin of plugins/services.c, which makes calls when it is told to. */
export class ServicesHost extends CountedHost {
  private constructor(host: Host, counts: ReturnType<typeof watchCounts>) {
    super(host, counts);
  }

  static async open(
    plugins: readonly (string | PluginEntry | Plugin)[],
    options: HostOptions = {},
    settings: JsonObject = {},
  ): Promise<ServicesHost> {
    const counts = watchCounts(plugins);
    const host = await openHost({
      plugins,
      http: { port: 0 },
      historySize: 10_000,
      pluginSettings: { services: settings },
      ...options,
    });
    return new ServicesHost(host, counts);
  }

  async text(
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
  ): Promise<string> {
    const url = `${this.host.url}/services/${path}`;
    const answer = await fetch(url, { method, ...(body !== undefined && { body }) });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return text;
  }

  /** A call that answers a baton_status: its name. */
  async status(
    method: string,
    path: string,
    body?: string | Uint8Array<ArrayBuffer>,
  ): Promise<string> {
    return nameOf(await this.text(method, path, body));
  }

  /** What a request thread of the plugin was answered by call_rest. */
  async rest(path: string, more: Readonly<Record<string, string>> = {}): Promise<Told> {
    const query = new URLSearchParams({ path, ...more });
    return readTold(await this.text("POST", `rest?${String(query)}`));
  }

  async property(name: string): Promise<string> {
    const text = await this.text("GET", `property?name=${name}`);
    const [status = "", ...value] = text.split(" ");
    return status === "0" ? value.join(" ") : nameOf(status);
  }

  async heard(): Promise<readonly string[]> {
    return (await this.text("GET", "heard")).split("\n").slice(0, -1);
  }
}

export function readTold(line: string): Told {
  const [, status = "", http = "", body = ""] = /^(\S+) (\S+) ([^]*)$/.exec(line) ?? [];
  return { status: nameOf(status), http: Number(http), body };
}

const nameOf = (status: string): string => statuses[Number(status)] ?? status;

/** A TypeScript plugin with these routes, each GET and POST. */
export function routes(handlers: Readonly<Record<string, RouteHandler>>): Plugin {
  return {
    name: "typescript",
    version: "1.0.0",
    start(host) {
      for (const [path, handler] of Object.entries(handlers)) {
        host.registerRoute("GET", path, handler);
        host.registerRoute("POST", path, handler);
      }
    },
  };
}
