import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import {
  openHost,
  type EngineEvent,
  type Host,
  type HostOptions,
  type JobInfo,
} from "../../src/index.ts";
import { temporaryFolder } from "../e2e/support/temporary-folder.ts";

type Store = Required<HostOptions>["store"];

/** One of the four plugins that do the same. */
export interface HelloPlugin {
  /** The name of its folder in plugins/. */
  readonly name: string;
  /** Its route; takes `delayMs` and `steps`. */
  readonly route: string;
  /** Default "none". */
  readonly isolation?: "none" | "thread" | "process";
}

/**
 * Long enough that what is asked after a step arrives during the delay of the next one, also
 * when the machine is busy; milliseconds.
 */
const delayMs = 400;

/** Whether the file that a host would load is there. */
export function isBuilt({ name }: HelloPlugin): boolean {
  const folder = folderOf(name);
  const manifest: unknown = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
  return existsSync(join(folder, (manifest as { readonly main: string }).main));
}

/** Plays the same lives with each plugin; answers callbacks and state events, no times. */
export async function traceOf(plugin: HelloPlugin): Promise<string> {
  const recorder = new Recorder(plugin.name);
  await liveOnce(plugin, recorder);
  await liveTwice(plugin, recorder);
  return recorder.text;
}

function open(
  { name, isolation = "none" }: HelloPlugin,
  recorder: Recorder,
  store: Store,
): Promise<Host> {
  return openHost({
    plugins: [{ path: folderOf(name), isolation }],
    store,
    http: { port: 0 },
    observer: (event) => recorder.hear(event),
  });
}

/** Four lives in one host that remembers nothing. */
async function liveOnce(plugin: HelloPlugin, recorder: Recorder): Promise<void> {
  await using host = await open(plugin, recorder, { kind: "memory" });
  const { url } = host;
  assert(url !== null);
  const get = (steps: number, delay: number): Promise<string> =>
    requestJob(`${url}${plugin.route}?delayMs=${delay}&steps=${steps}`);

  recorder.note("# a run to the end");
  await get(2, 0);
  await recorder.reached("finalize");

  recorder.note("# paused after the first of two steps, resumed");
  const paused = await get(2, delayMs);
  await recorder.reached("step 1");
  await post(url, paused, "pause");
  await recorder.reached("running -> paused");
  await post(url, paused, "resume");
  await recorder.reached("finalize");

  recorder.note("# canceled during the delay of the second step, resubmitted");
  const canceled = await get(2, delayMs);
  await recorder.reached("step 1");
  await post(url, canceled, "cancel");
  await recorder.reached("finalize");
  await post(url, canceled, "resubmit");
  await recorder.reached("finalize");

  recorder.note("# canceled during a delay of a minute");
  const long = await get(1, 60_000);
  await recorder.reached("pending -> running");
  await post(url, long, "cancel");
  await recorder.reached("finalize");
}

/** Two lives that the closing of their host interrupts; another host goes on with them. */
async function liveTwice(plugin: HelloPlugin, recorder: Recorder): Promise<void> {
  await using folder = await temporaryFolder();
  const store: Store = { kind: "sqlite", path: join(folder.path, "baton.db") };
  recorder.note("# closed during the delay of the second of two steps, opened again");
  const first = await open(plugin, recorder, store);
  await requestJob(`${first.url}${plugin.route}?delayMs=${delayMs}&steps=2`);
  await recorder.reached("step 1");
  await first.close();
  const second = await open(plugin, recorder, store);
  await recorder.reached("finalize");
  await recorder.reached("finalize");

  recorder.note("# paused after the first of two steps, closed, opened again, resumed");
  const paused = await requestJob(`${second.url}${plugin.route}?delayMs=${delayMs}&steps=2`);
  await recorder.reached("step 1");
  await post(second.url ?? "", paused, "pause");
  await recorder.reached("running -> paused");
  await second.close();
  await using third = await open(plugin, recorder, store);
  await post(third.url ?? "", paused, "resume");
  await recorder.reached("finalize");
  await recorder.reached("finalize");
}

/** Where the three plugins are; another folder if a checker had them built there. */
const folderOf = (name: string): string =>
  join(process.env["BATON_TEST_PLUGINS"] ?? defaultFolder, name);

const defaultFolder = fileURLToPath(new URL("../../plugins", import.meta.url));

class Recorder {
  readonly #plugin: string;
  readonly #lines: string[] = [];
  #seen = 0;
  #awaited: { readonly line: string; readonly resolve: () => void } | null = null;

  constructor(plugin: string) {
    this.#plugin = plugin;
  }

  get text(): string {
    return this.#lines.map((line) => `${line}\n`).join("");
  }

  hear(event: EngineEvent): void {
    switch (event.kind) {
      case "submitted":
        return this.note(`submitted as ${event.job.state}, ${contentOf(event.job)}`);
      case "changed":
        return this.note(changeOf(event));
      case "logged":
        if (event.plugin === this.#plugin) return this.note(`  ${event.text}`);
        // The engine has nothing to complain of in a good run.
        return this.note(`${event.plugin} says: ${event.text}`);
      // When content is sampled depends on time.
      case "progressed":
      case "reported":
      case "forgotten":
        return;
    }
  }

  note(line: string): void {
    this.#lines.push(line);
    this.#look();
  }

  /** Resolves when a line that begins so came after the one that was last awaited. */
  async reached(line: string): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#awaited = { line, resolve };
    this.#look();
    await promise;
  }

  #look(): void {
    const awaited = this.#awaited;
    if (awaited === null) return;
    const found = this.#lines.findIndex(
      (line, index) => index >= this.#seen && line.trimStart().startsWith(awaited.line),
    );
    if (found === -1) return;
    this.#seen = found + 1;
    this.#awaited = null;
    awaited.resolve();
  }
}

function changeOf({ job, from }: Extract<EngineEvent, { kind: "changed" }>): string {
  // While it runs, which copy of its content has arrived depends on time.
  if (job.requested !== "nothing") return `${from} -> ${job.state}, asked to ${job.requested}`;
  const error = job.error === null ? "" : `, ${job.error.code}`;
  return `${from} -> ${job.state}${error}, ${contentOf(job)}`;
}

/** Progress and content; a native plugin may write the keys of its content in another order. */
function contentOf({ progress, content }: JobInfo): string {
  const { count, steps } = content;
  return `${Math.round(progress * 100)} %, count ${JSON.stringify(count)} of ${JSON.stringify(steps)}`;
}

async function requestJob(url: string): Promise<string> {
  const answer = await fetch(url);
  const body = (await answer.json()) as { readonly ID: string; readonly Path: string };
  assert.equal(answer.status, 200);
  assert.equal(body.Path, `/jobs/${body.ID}`);
  return body.ID;
}

async function post(url: string, id: string, action: string): Promise<void> {
  const answer = await fetch(`${url}/jobs/${id}/${action}`, { method: "POST" });
  assert.equal(answer.status, 200);
}
