import assert from "node:assert/strict";
import {
  openHost,
  type Host,
  type HostOptions,
  type JobInfo,
  type JsonObject,
} from "../../../src/index.ts";
import { Events } from "../../e2e/support/events.ts";
import { CountedHost } from "./counted-host.ts";
import { watchCounts } from "./host-counts.ts";

/** How the jobs of plugins/worker.c are told apart and what they do; see there. */
export interface Work {
  readonly name?: string;
  readonly steps?: number;
  readonly ms?: number;
  readonly kind?: string;
  readonly count?: number;
  readonly priority?: number;
  readonly attempts?: number;
  readonly backoffMs?: number;
  readonly key?: string;
  readonly startAfterMs?: number;
  readonly stepTimeoutMs?: number;
  /** The text of any JSON. */
  readonly userData?: string;
  readonly saved?: 0 | 1;
}

/** A step as the plugin has seen it; microseconds of the clock of process.hrtime. */
export interface StepTimes {
  readonly name: string;
  readonly step: number;
  readonly began: number;
  readonly ended: number;
}

/** A host with the plugin of plugins/worker.c, reached over HTTP. Counts its payloads at the end. */
export class WorkerHost extends CountedHost {
  readonly events: Events;

  private constructor(host: Host, events: Events, counts: ReturnType<typeof watchCounts>) {
    super(host, counts);
    this.events = events;
  }

  static async open(options: HostOptions, settings: JsonObject = {}): Promise<WorkerHost> {
    const events = new Events();
    return WorkerHost.#open({ observer: events.observer, ...options }, settings, events);
  }

  /** One that nobody observes: it hears of native jobs when it is asked. */
  static openUnobserved(options: HostOptions, settings: JsonObject = {}): Promise<WorkerHost> {
    return WorkerHost.#open(options, settings, new Events());
  }

  static async #open(
    options: HostOptions,
    settings: JsonObject,
    events: Events,
  ): Promise<WorkerHost> {
    const counts = watchCounts(options.plugins);
    const host = await openHost({
      http: { port: 0 },
      historySize: 1_000,
      pluginSettings: { worker: settings },
      ...options,
    });
    return new WorkerHost(host, events, counts);
  }

  /** The id of the last job. */
  async submit(work: Work): Promise<string> {
    const query = new URLSearchParams();
    for (const [name, value] of Object.entries(work)) query.set(name, String(value));
    const id = await this.text("POST", `/worker/jobs?${query.toString()}`);
    assert.match(id, /^[0-9a-f-]{36}$/);
    return id;
  }

  async text(method: string, path: string): Promise<string> {
    // Tests hold the loop, on a slow machine for longer than the server keeps a connection.
    const headers = { connection: "close" };
    const answer = await fetch(`${this.host.url}${path}`, { method, headers });
    const text = await answer.text();
    assert.equal(answer.status, 200, text);
    return text;
  }

  /** Returns the HTTP status. */
  async act(action: string, id: string): Promise<number> {
    const answer = await fetch(`${this.host.url}/jobs/${id}/${action}`, { method: "POST" });
    await answer.text();
    return answer.status;
  }

  async steps(): Promise<readonly StepTimes[]> {
    const lines = (await this.text("GET", "/worker/steps")).split("\n").slice(0, -1);
    return lines.map((line) => {
      const [name = "", step, began, ended] = line.split(" ");
      return { name, step: Number(step), began: Number(began), ended: Number(ended) };
    });
  }

  /** Resolves when the plugin has said so; the text is "<name> <what>". */
  async said(text: string): Promise<void> {
    await this.events.first((event) => event.kind === "logged" && event.text === text);
  }

  /** What the plugin said of a job, in order. */
  sayings(name: string): readonly string[] {
    const texts = this.events.seen.map((event) => (event.kind === "logged" ? event.text : ""));
    return texts
      .filter((text) => text.startsWith(`${name} `))
      .map((text) => text.slice(name.length + 1));
  }
}

/** The name that the plugin gave to a job of its own; none: the job is JavaScript's. */
export const nameOf = ({ content }: JobInfo): string =>
  typeof content["name"] === "string" ? content["name"] : "of JavaScript";

/** The clock of the plugin's step times. */
export const nowUs = (): number => Number(process.hrtime.bigint() / 1_000n);
