import { AsyncLocalStorage } from "node:async_hooks";
import { setTimeout as delay } from "node:timers/promises";
import {
  JobEngineError,
  definePlugin,
  notMine,
  type JobDescriptor,
  type JobHandle,
  type JobHost,
  type JsonValue,
  type StepResult,
} from "../../../src/sdk.ts";
import { runScenes } from "./actor-runs.ts";

/** Out of the handler that plays a scene: there a submit may wait. */
const outside = AsyncLocalStorage.snapshot();

type Scene = (host: JobHost) => Promise<JsonValue> | JsonValue;

/** What a call answers, or the code or name of what it throws. */
async function tried(call: () => unknown): Promise<JsonValue> {
  try {
    return ((await call()) ?? null) as JsonValue;
  } catch (error) {
    if (error instanceof JobEngineError) return error.message;
    return error instanceof Error ? `${error.name}: ${error.message}` : String(error);
  }
}

/** The first words of a message, before what differs each time. */
const start = (words: JsonValue): JsonValue =>
  typeof words === "string" ? words.slice(0, 20) : words;

const success = { kind: "success" } as const;

/** A job that does nothing, and what was called of it. */
function noting(calls: string[], change: Partial<JobDescriptor<null>> = {}): JobDescriptor<null> {
  return {
    type: "noting",
    payload: null,
    step: () => success,
    finalize: () => void calls.push("finalize"),
    ...change,
  };
}

/** What a plugin does with its handles and calls; each must be the same wherever the plugin runs. */
const callScenes: Readonly<Record<string, Scene>> = {
  "a handle is good once": async (host) => {
    const calls: string[] = [];
    const job = host.createJob(noting(calls));
    const submitting = host.submitJob(job);
    // At once: how long a submit takes is another question.
    const meanwhile = [tried(() => host.submitJob(job)), tried(() => host.freeJob(job))];
    const [again, free] = await Promise.all(meanwhile);
    await host.waitJob(await submitting);
    const after = await tried(() => host.freeJob(job));
    return { again: again ?? null, free: free ?? null, after: start(after) };
  },
  "a refused submit gives the handle back": async (host) => {
    const calls: string[] = [];
    const bad = host.createJob(noting(calls, { getProgress: () => "much" as never }));
    const options = host.createJob(noting(calls));
    return {
      getter: await tried(() => host.submitJob(bad)),
      priority: await tried(() => host.submitJob(options, { priority: 0.5 })),
      unknown: await tried(() => host.submitJob(options, { prio: 1 } as never)),
      unsendable:
        (await tried(() => host.submitJob(options, { priority: (() => 1) as never }))) !== null,
      freed: await tried(() => [host.freeJob(bad), host.freeJob(options), calls.length]),
    };
  },
  "what is no job, no id, no handler is refused": async (host) => ({
    descriptor: await tried(() => host.createJob({ type: "x", payload: null } as never)),
    handle: await tried(() => host.submitJob({} as JobHandle)),
    none: await tried(() => host.freeJob(null as never)),
    id: await tried(() => host.cancelJob("nobody")),
    info: await tried(() => host.jobInfo("nobody")),
    type: await tried(() => host.registerType("", () => notMine)),
    revive: await tried(() => host.registerType("y", 7 as never)),
    twice: await tried(() => host.registerType("noting", () => notMine)),
    route: await tried(() => host.registerRoute("GET", "/scene/{name}", () => undefined)),
    pattern: await tried(() => host.registerRoute("GET", "no slash", () => undefined)),
    reserved: await tried(() => host.registerRoute("GET", "/jobs/mine", () => undefined)),
    handler: await tried(() => host.registerRoute("GET", "/else", "no function" as never)),
  }),
  "a call has happened when the next is made": async (host) => {
    const id = await host.submitJob(host.createJob(noting([])), { priority: -1 });
    await host.waitJob(id);
    const before = host.jobInfo(id);
    const {
      createdAt: _created,
      changedAt: _changed,
      id: _id,
      runtimeMs: _runtime,
      ...rest
    } = before;
    const deleting = host.deleteJob(id);
    const after = start(await tried(() => host.jobInfo(id)));
    await deleting;
    return {
      rest: { ...rest, error: rest.error?.code ?? null, lastError: null, failures: [] },
      after,
    };
  },
  "a job is woken only where it waits for its time": async (host) => {
    const asked = Promise.withResolvers<void>();
    const steps: StepResult[] = [{ kind: "retry", afterMs: 600_000 }, { kind: "continue" }];
    const step = async (): Promise<StepResult> => {
      if (steps.length === 1) await asked.promise;
      return steps.shift() ?? success;
    };
    const job = host.createJob(noting([], { step }));
    const id = await host.submitJob(job);
    while (host.jobInfo(id).state !== "retrying") await delay(1);
    const none = start(await tried(() => host.wakeJob("nobody")));
    const races = [host.wakeJob(id), host.pauseJob(id), host.wakeJob(id)];
    const [asleep, , paused] = await Promise.all<unknown>(races);
    asked.resolve();
    while (host.jobInfo(id).state === "running") await delay(1);
    const { state } = host.jobInfo(id);
    await host.resumeJob(id);
    const ended = await host.waitJob(id);
    const over = await host.wakeJob(id);
    return {
      none,
      asleep: asleep === true,
      paused: paused === true,
      state,
      ended: ended.state,
      over,
    };
  },
  "waiting ends as it should": async (host) => {
    const controller = new AbortController();
    const job = (): JobHandle =>
      host.createJob(noting([], { step: () => ({ kind: "retry", afterMs: 60_000 }) }));
    const id = await host.submitJob(job());
    const waiting = tried(() => host.waitJob(id, { signal: controller.signal }));
    controller.abort(new Error("enough"));
    const answers = {
      aborted: await waiting,
      again: await tried(() => host.waitJob(id, { signal: controller.signal })),
      late: start(await tried(() => host.waitJob(id, { timeoutMs: 1 }))),
      both: start(await tried(() => host.submitJobAndWait(job(), {}, { timeoutMs: 1 }))),
      bad: await tried(() => host.waitJob(id, { timeoutMs: -1 })),
    };
    await host.cancelJob(id);
    return answers;
  },
  "a submit waits for room, but not for ever and not in a handler": async (host) => {
    const controller = new AbortController();
    const { signal } = controller;
    const ids: string[] = [];
    let job = host.createJob(noting([]));
    let refused: JsonValue = null;
    while (refused === null) {
      try {
        ids.push(await host.submitJob(job, { startAfterMs: 60_000 }));
        job = host.createJob(noting([]));
      } catch (error) {
        refused = (error as JobEngineError).code;
      }
    }
    const options = { startAfterMs: 60_000 };
    const aborted = tried(() => outside(() => host.submitJob(job, { ...options, signal })));
    const patient = tried(() => outside(() => host.submitJob(job, options)));
    const busy = start(await patient);
    controller.abort(new Error("no patience"));
    const answers = {
      submitted: ids.length,
      refused,
      busy,
      aborted: await aborted,
      before: await tried(() => outside(() => host.submitJob(job, { ...options, signal }))),
      signal: await tried(() => host.submitJob(job, { signal: "soon" as never })),
      options: await tried(() => host.submitJob(job, 7 as never)),
    };
    const waiting = outside(() => host.submitJob(job, options));
    for (const id of ids) await host.cancelJob(id);
    await host.cancelJob(await waiting);
    return answers;
  },
  "its settings are there at once": (host) => [
    host.getConfig("/actor/greeting") ?? null,
    host.getConfig("/actor/none") ?? null,
    host.getConfig("/actor") ?? null,
  ],
};

/** `POST /scene/{name}` plays a scene and answers what came of it. */
export const plugin = definePlugin({
  name: "actor",
  version: "1.0.0",
  start(host) {
    const scenes = { ...callScenes, ...runScenes };
    host.registerType("noting", () => notMine);
    host.registerRoute("GET", "/scene/{name}", () => undefined);
    host.registerRoute("GET", "/scenes", () => ({ body: Object.keys(scenes) }));
    host.registerRoute("POST", "/scene/{name}", async ({ params }) => {
      const scene: Scene | undefined = scenes[params["name"] ?? ""];
      return { body: scene === undefined ? "no such scene" : await scene(host) };
    });
  },
});
