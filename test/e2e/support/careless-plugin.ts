import { join } from "node:path";
import {
  definePlugin,
  Job,
  openHost,
  StepResult,
  type EngineEvent,
  type Host,
  type JobRun,
} from "../../../src/index.ts";
import { temporaryFolder } from "./temporary-folder.ts";

/** Writes an output under whatever key and type it is told. */
export class Writer extends Job {
  readonly type = "lab.writer";
  readonly #key: string;
  readonly #mime: string;

  constructor(key: string, mime = "text/plain") {
    super();
    this.#key = key;
    this.#mime = mime;
  }

  async step(run: JobRun): Promise<StepResult> {
    await run.putOutput(this.#key, this.#mime, "its bytes");
    return StepResult.success;
  }

  override getSerialized(): string {
    return this.#key;
  }
}

/** Does with what it is sent what it should not. */
const lab = definePlugin({
  name: "lab",
  version: "1.0.0",
  start(host) {
    host.registerRoute("GET", "/lab/{name}", ({ params }) => ({ body: { ...params } }));
    host.registerRoute("GET", "/lab/fault/{name}", ({ params }) => {
      throw new Error(`no ${params["name"]} in ${import.meta.url}`);
    });
    host.registerRoute("GET", "/lab/header/{name}", ({ params }) => ({
      headers: { "x-name": params["name"] ?? "" },
    }));
    host.registerRoute("POST", "/lab/merge", ({ body }) => {
      const given = JSON.parse(new TextDecoder().decode(body)) as object;
      return { body: { ...given, isPolluted: "polluted" in {} } };
    });
  },
});

export interface Opened extends AsyncDisposable {
  readonly host: Host;
  readonly url: string;
  readonly folder: string;
  readonly said: string[];
}

export async function openCareless(): Promise<Opened> {
  const folder = await temporaryFolder();
  const said: string[] = [];
  const observer = (event: EngineEvent): void => {
    if (event.kind === "logged") said.push(event.text);
  };
  const store = { kind: "sqlite", path: join(folder.path, "baton.db") } as const;
  const host = await openHost({ store, plugins: [lab], http: { port: 0 }, observer });
  const close = async (): Promise<void> => {
    await host.close();
    await folder[Symbol.asyncDispose]();
  };
  const url = String(host.url);
  return { host, url, folder: folder.path, said, [Symbol.asyncDispose]: close };
}
