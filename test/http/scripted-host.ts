import { once } from "node:events";
import { request as httpRequest, type IncomingHttpHeaders } from "node:http";
import { connect, type Socket } from "node:net";
import { JobEngineError } from "../../src/core/errors.ts";
import { JobCounts } from "../../src/core/job-counts.ts";
import { Observer as Watched } from "../../src/progress.ts";
import { createApp, type AppOptions } from "../../src/http/app.ts";
import { startServer, type HttpServer } from "../../src/http/server.ts";
import type { About, PluginInfo, Trouble } from "../../src/ports/about.ts";
import type { JobInfo, JobLogEntry, JobOutput, SubmitOptions } from "../../src/ports/job.ts";
import type { Jobs, JobWish } from "../../src/ports/jobs.ts";
import type { EngineEvent, Observer } from "../../src/ports/job-event.ts";
import type { ProgressSnapshot } from "../../src/ports/progress.ts";
import type { Routes } from "../../src/ports/plugin.ts";
import { FakeClock } from "../../src/testing/fake-clock.ts";
import { assertDocumented } from "./support/documented.ts";

type Action = "cancel" | "pause" | "resume" | "resubmit" | "delete" | "set-priority";

/** The states in which an action is not refused (the table of docs/job-lifecycle.md). */
const legal: Readonly<Record<Action, readonly JobInfo["state"][] | "all">> = {
  cancel: "all",
  pause: "all",
  resume: ["paused"],
  resubmit: ["failed"],
  delete: ["succeeded", "failed"],
  "set-priority": ["pending", "running", "paused", "retrying"],
};

/** Jobs that stand still: they answer and refuse as the engine does, and note what was asked. */
export class ScriptedJobs implements Jobs {
  table: readonly JobInfo[] = [];
  readonly asked: string[] = [];
  /** What every call throws instead of answering; null: nothing. */
  failure: unknown = null;

  jobs(): readonly JobInfo[] {
    if (this.failure !== null) throw this.failure;
    return this.table;
  }

  jobCounts(): ReturnType<Jobs["jobCounts"]> {
    const counts = new JobCounts();
    for (const { type, state } of this.table) counts.moved(type, null, state);
    return counts;
  }

  jobIds(): readonly string[] {
    return this.jobs().map(({ id }) => id);
  }

  /** What every job has logged. */
  logs: readonly JobLogEntry[] = [];

  jobLogs(id: string, after: number): readonly JobLogEntry[] {
    this.jobInfo(id);
    return this.logs.filter(({ number }) => number > after);
  }

  /** What every job has. */
  output: JobOutput | null = null;

  jobOutput(id: string, key: string): JobOutput {
    this.jobInfo(id);
    if (this.output?.key === key) return this.output;
    throw new JobEngineError("NOT_FOUND", key);
  }

  deleteOutput(id: string, key: string): Promise<void> {
    this.jobOutput(id, key);
    this.asked.push(`delete ${key} of ${id}`);
    return Promise.resolve();
  }

  /** The tree of every job. */
  tree: ProgressSnapshot | null = null;

  jobProgress(id: string): ProgressSnapshot {
    const { type } = this.jobInfo(id);
    return this.tree ?? { ...new Watched(type).snapshot(), id: "0" };
  }

  async cancelBranch(id: string, node: string): Promise<void> {
    if (this.jobProgress(id).parts.some((part) => part.id === node)) {
      this.asked.push(`cancel ${node} of ${id}`);
      return;
    }
    throw new JobEngineError("NOT_FOUND", `the tree of this job shows no node "${node}"`);
  }

  jobInfo(id: string): JobInfo {
    const found = this.jobs().find((job) => job.id === id);
    if (found === undefined) throw new JobEngineError("NOT_FOUND", id);
    return found;
  }

  cancelJob(id: string): Promise<void> {
    return this.#act("cancel", id);
  }
  pauseJob(id: string): Promise<void> {
    return this.#act("pause", id);
  }
  resumeJob(id: string): Promise<void> {
    return this.#act("resume", id);
  }
  resubmitJob(id: string): Promise<void> {
    return this.#act("resubmit", id);
  }
  deleteJob(id: string): Promise<void> {
    return this.#act("delete", id);
  }
  setPriority(id: string): Promise<void> {
    return this.#act("set-priority", id);
  }
  waitJob(id: string): Promise<JobInfo> {
    return Promise.resolve(this.jobInfo(id));
  }
  createJobFrom({ type }: JobWish, _options?: SubmitOptions): Promise<string> {
    return Promise.reject(new JobEngineError("INVALID_ARGUMENT", `there is no job type "${type}"`));
  }
  readonly observers = new Set<Observer>();

  observe(observer: Observer): Disposable {
    this.observers.add(observer);
    return { [Symbol.dispose]: () => void this.observers.delete(observer) };
  }

  /** Something happens: everybody who observes hears of it, and finds it in the table. */
  tell(event: EngineEvent): void {
    const [before, id] = [this.table, "job" in event ? event.job.id : event.id];
    const others = before.filter((job) => job.id !== id);
    if ("job" in event) this.table = [...others, event.job];
    if (event.kind === "forgotten") this.table = others;
    for (const observer of this.observers) observer(event);
  }

  async #act(action: Action, id: string): Promise<void> {
    const { state } = this.jobInfo(id);
    const states = legal[action];
    if (states !== "all" && !states.includes(state)) {
      throw new JobEngineError("WRONG_STATE", `a ${state} job cannot ${action}`);
    }
    this.asked.push(`${action} ${id}`);
  }
}

export const noRoutes: Routes = { find: () => null };

/** A job to be shown; what a test does not care about has a plain value. */
export function scriptedJob(changes: Partial<JobInfo> = {}): JobInfo {
  return {
    id: "9ce5e95f-3dda-4d08-9439-538eb0c36bf0",
    type: "Lab",
    plugin: "lab",
    priority: 0,
    sequence: 1,
    key: null,
    startAt: null,
    userData: null,
    state: "pending",
    requested: "nothing",
    dueAt: null,
    error: null,
    waitsForType: false,
    detached: false,
    remainingMs: null,
    createdAt: Date.UTC(2026, 10, 21, 20, 28, 57, 691),
    changedAt: Date.UTC(2026, 10, 21, 20, 28, 58, 0),
    attempts: 0,
    maxAttempts: 1,
    lastError: null,
    failures: [],
    runtimeMs: 0,
    progress: 0,
    content: {},
    outputs: [],
    ...changes,
  };
}

/** A host that says this of itself; `troubles` can be given some. */
export const scriptedAbout = {
  version: "1.2.3",
  concurrentJobs: 2,
  plugins: (): readonly PluginInfo[] => [
    {
      name: "lab",
      version: "0.9",
      isolation: "process",
      runner: "native",
      types: [{ type: "Lab", canCreate: false }],
      panels: [{ title: "Lab", path: "/lab/panel" }],
    },
  ],
  troubles: (): readonly Trouble[] => [],
} satisfies About;

/** Any free port of this machine. */
export const loopback = { address: "127.0.0.1", port: 0 };

export interface TestServer extends HttpServer, AsyncDisposable {
  readonly jobs: ScriptedJobs;
  /** Whose time the streams go by. */
  readonly clock: FakeClock;
  /** What was said to onError. */
  readonly errors: readonly { readonly text: string; readonly error: unknown }[];
  /** How many connections there are. */
  connections(): number;
  send(method: string, path: string, options?: SendOptions): Promise<Answer>;
}

export async function startTestServer(
  routes: Routes = noRoutes,
  more: Partial<AppOptions> = {},
): Promise<TestServer> {
  const jobs = new ScriptedJobs();
  const errors: { text: string; error: unknown }[] = [];
  const onError = (text: string, error: unknown): void => void errors.push({ text, error });
  const clock = new FakeClock();
  const app = createApp({ jobs, routes, about: scriptedAbout, onError, clock, ...more });
  const server = await startServer(app, loopback);
  let connections = 0;
  app.fastify.server.on("connection", (socket: Socket) => {
    connections += 1;
    socket.once("close", () => (connections -= 1));
  });
  return {
    ...server,
    jobs,
    clock,
    connections: () => connections,
    errors,
    send: (method, path, options) => send(server.url, method, { path, ...options }),
    [Symbol.asyncDispose]: () => server.close(),
  };
}

export interface SendOptions {
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Uint8Array;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly bytes: Buffer;
  readonly text: string;
  /** The parsed body; undefined: it is no JSON. */
  readonly json: unknown;
}

/** Sends a request whose path goes out exactly as it is given. What a path of the host answers must be documented. */
export async function send(
  url: string,
  method: string,
  { path, headers = {}, body = "" }: SendOptions & { readonly path: string },
): Promise<Answer> {
  const sent = httpRequest(url, { method, path, headers, agent: false });
  sent.end(body.length === 0 ? undefined : body);
  const [response] = await once(sent, "response");
  const chunks: Buffer[] = [];
  for await (const chunk of response) chunks.push(chunk);
  const bytes = Buffer.concat(chunks);
  const text = bytes.toString();
  const { statusCode: status, headers: given } = response;
  const answer = { status, headers: given, bytes, text, json: parse(text) };
  assertDocumented(method, path, answer);
  return answer;
}

/** Writes bytes to the server's port and reads until it ends the connection. */
export async function sendRaw(url: string, text: string): Promise<string> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  socket.write(text);
  let answer = "";
  for await (const chunk of socket) answer += String(chunk);
  return answer;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
