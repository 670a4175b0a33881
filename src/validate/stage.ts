import { setTimeout as delay } from "node:timers/promises";
import { openHost, type Host, type HostOptions, type JobInfo } from "../index.ts";
import { requireBinding, type NativeChecker, type NativeCheckOptions } from "../native/binding.ts";
import type { CaseSpec, JobRequest } from "./case-spec.ts";
import { journalOf } from "./case-spec.ts";
import type { FindingCode } from "./findings.ts";
import { writeLine } from "./journal.ts";

/** How long closing waits for steps; milliseconds. */
const drainTimeoutMs = 2_000;

/** How long a request may take; milliseconds. */
const requestWithinMs = 10_000;

/** How long threads that outlive their plugin are listened for; milliseconds. */
const lateMs = 150;

/** How often jobs are looked at; milliseconds. */
const lookEveryMs = 10;

/** A job that is asked to stop has to within this; milliseconds. */
export const stopWithinMs = 5_000;

const plainChecks: NativeCheckOptions = {
  roundTrip: false,
  ownership: false,
  getters: false,
  tableSize: 0,
  faults: [],
};

export const isOver = (job: JobInfo): boolean =>
  job.state === "succeeded" || job.state === "failed";

/** What a case has at hand, in its own process. */
export class Stage {
  readonly spec: CaseSpec;
  readonly #checker: NativeChecker;

  constructor(spec: CaseSpec) {
    this.spec = spec;
    this.#checker = requireBinding().check;
    this.#checker.install(journalOf(spec.folder));
  }

  get checker(): NativeChecker {
    return this.#checker;
  }

  check(options: Partial<NativeCheckOptions>): void {
    this.#checker.configure({ ...plainChecks, ...options });
  }

  /** Names what comes next, for the case that it does not come back. */
  phase(name: string): void {
    writeLine(journalOf(this.spec.folder), { kind: "phase", name });
  }

  found(code: FindingCode, what: string): void {
    writeLine(journalOf(this.spec.folder), { kind: "found", code, what });
  }

  notRun(why: string): void {
    writeLine(journalOf(this.spec.folder), { kind: "not-run", why });
  }

  /** A host with the plugin. @throws {JobEngineError} what openHost throws */
  async open(options: HostOptions = {}): Promise<Host> {
    this.phase("start");
    return openHost({
      plugins: [this.spec.file],
      pluginSettings: this.spec.settings,
      http: { port: 0 },
      historySize: 10_000,
      drainTimeoutMs,
      ...options,
    });
  }

  /** The same; null if the plugin refused to start, where that is its right. */
  async tryOpen(options: HostOptions = {}): Promise<Host | null> {
    try {
      return await this.open(options);
    } catch (error) {
      if (Reflect.get(Object(error), "code") === "PLUGIN_START_FAILED") return null;
      throw error;
    }
  }

  /** Makes every request, one after the other. `tell`: an answer that is an error is a finding. */
  async send(host: Host, tell = false): Promise<void> {
    for (const request of this.spec.requests) {
      this.phase(`${request.method} ${request.path}`);
      const wrong = await answerOf(host, request);
      if (tell && wrong !== null) {
        this.found("REQUEST_FAILED", `${request.method} ${request.path} was answered ${wrong}`);
      }
    }
  }

  /** Waits until a condition holds, at most so long. False: it does not. */
  async until(condition: () => boolean, withinMs: number): Promise<boolean> {
    const end = performance.now() + withinMs;
    while (!condition()) {
      if (performance.now() >= end) return false;
      await delay(lookEveryMs);
    }
    return true;
  }

  async wait(ms: number): Promise<void> {
    await delay(ms);
  }

  /** Waits until every job has ended or waits for somebody; what takes longer is canceled. */
  async settle(host: Host, withinMs = 3_000): Promise<void> {
    this.phase("the jobs' run");
    const isQuiet = (): boolean =>
      host.jobs().every((job) => isOver(job) || job.state === "paused" || job.waitsForType);
    if (!(await this.until(isQuiet, withinMs))) await this.cancelAll(host);
  }

  /** Cancels what has not ended; a job that does not listen is a finding. */
  async cancelAll(host: Host): Promise<void> {
    this.phase("cancel");
    const open = host.jobs().filter((job) => !isOver(job));
    await Promise.all(open.map(({ id }) => attempt(host.cancelJob(id))));
    const stillOpen = (): readonly JobInfo[] =>
      host.jobs().filter((job) => job.requested === "cancel");
    if (await this.until(() => stillOpen().length === 0, stopWithinMs)) return;
    for (const { type } of stillOpen()) {
      this.found(
        "NEVER_STOPS",
        `a job of the type "${type}" was canceled and went on for ${stopWithinMs} ms`,
      );
    }
  }

  async close(host: Host): Promise<void> {
    this.phase("close");
    await host.close();
    await this.afterClose();
  }

  /** Listens for what may not come any more. */
  async afterClose(): Promise<void> {
    this.phase("after stop");
    this.#checker.stopped();
    await delay(lateMs);
  }
}

/** Asks for something that the job's state may forbid. */
export async function attempt(asked: Promise<unknown>): Promise<void> {
  await asked.catch(() => undefined);
}

/** Null: it was served; else what was answered instead, in words. */
async function answerOf(host: Host, request: JobRequest): Promise<string | null> {
  try {
    const answer = await fetch(`${host.url}${request.path}`, {
      method: request.method,
      signal: AbortSignal.timeout(requestWithinMs),
      ...(request.body !== undefined && {
        body: JSON.stringify(request.body),
        headers: { "content-type": "application/json" },
      }),
    });
    const text = await answer.text();
    return answer.ok ? null : `${answer.status} ${text.slice(0, 120)}`;
  } catch (error) {
    return `nothing (${error instanceof Error ? error.message : String(error)})`;
  }
}
