import { JobEngineError } from "../../../core/errors.ts";
import type { OutsideCall } from "../../../ports/outside.ts";
import type { SubmitOptions } from "../../../ports/job.ts";
import type { JobHandle, PluginHost } from "../../../ports/plugin.ts";
import type { OpenOutput } from "../../../ports/runner.ts";
import type { FarJob, HostCalls, Waited } from "../protocol/calls.ts";
import { farError } from "../protocol/far-error.ts";
import type { Handlers } from "../protocol/link.ts";
import { FarPayload } from "./remote-payload.ts";
import { readJob, readLine, readSample, readSnapshot, readState } from "./told.ts";
import type { RunEvents, Side } from "./side.ts";

/** What of a plugin's host is answered elsewhere. */
export interface ServiceParts {
  /** The calls of the plugin, as if it were here. */
  readonly host: () => PluginHost;
  /** Whether the plugin's `start` has returned, so that jobs of it run. */
  readonly hasStarted: () => boolean;
  /** Another type can be revived. */
  readonly registerType: Handlers<HostCalls>["registerType"];
  readonly registerRoute: Handlers<HostCalls>["registerRoute"];
  /** The engine's words, not the plugin's. */
  readonly complain: (text: string) => void;
  readonly observe: Handlers<HostCalls>["observe"];
  readonly rest: Handlers<HostCalls>["rest"];
  readonly metrics: Handlers<HostCalls>["metrics"];
  readonly describe: Handlers<HostCalls>["describe"];
  readonly properties: Handlers<HostCalls>["properties"];
  readonly setProperty: Handlers<HostCalls>["setProperty"];
  /** Submits all of them, or none. */
  readonly submitJobs: (
    jobs: readonly JobHandle[],
    options: SubmitOptions | undefined,
  ) => Promise<readonly string[]>;
}

/** BATON_MAX_BATCH of baton.h. */
const maxBatch = 10_000;

/** Answers what a plugin on another side asks of its host. */
export function hostService(side: Side, parts: ServiceParts): Handlers<HostCalls> {
  const { host } = parts;
  return {
    submit: ({ job: told, options: given, wait }, signal) => {
      const job = side.read(() => readJob(told));
      const options = parts.hasStarted() ? given : withoutWaiting(given);
      return wait === undefined
        ? give(host(), farHandle(host(), side, job), async (handle) => {
            const patient = withSignal(options, signal());
            return { kind: "submitted", id: await host().submitJob(handle, patient) };
          })
        : give(host(), farHandle(host(), side, job), async (handle) => {
            const until = { ...wait, signal: signal() };
            return { kind: "ended", job: await host().submitJobAndWait(handle, options, until) };
          });
    },
    ...batchService(side, parts),
    control: ({ id, call }) => control(host(), id, call),
    wake: ({ id }) => host().wakeJob(id),
    wait: ({ id, options }, signal) => host().waitJob(id, { ...options, signal: signal() }),
    jobInfo: ({ id }) => host().jobInfo(id),
    registerRoute: parts.registerRoute,
    registerType: parts.registerType,
    log(told) {
      const { level, text } = side.read(() => readLine(told));
      host().log(level, text);
    },
    complain: ({ text }) => parts.complain(text),
    observe: parts.observe,
    rest: parts.rest,
    metrics: parts.metrics,
    describe: parts.describe,
    properties: parts.properties,
    setProperty: parts.setProperty,
    pull: ({ stream }) => side.streams.pull(stream),
    drop: ({ stream }) => side.streams.drop(stream),
    ...runService(side, parts),
  };
}

function batchService(
  side: Side,
  parts: ServiceParts,
): Pick<Handlers<HostCalls>, "gather" | "submitAll"> {
  return {
    gather({ batch, jobs: told }) {
      side.read(() => {
        const jobs = side.batches.get(batch) ?? [];
        // Its parts and its submit are sent in one turn: no other begins before.
        const isOpen = side.batches.has(batch) || side.batches.size === 0;
        if (!isOpen || !Array.isArray(told) || jobs.length + told.length > maxBatch) {
          throw new TypeError("more jobs at once than can be submitted");
        }
        for (const job of told) jobs.push(readJob(job));
        side.batches.set(batch, jobs);
      });
    },
    async submitAll({ batch, options: given }, signal) {
      const jobs = side.batches.get(batch) ?? [];
      side.batches.delete(batch);
      const options = parts.hasStarted() ? given : withoutWaiting(given);
      const host = parts.host();
      const handles: JobHandle[] = [];
      try {
        for (const job of jobs) handles.push(farHandle(host, side, job));
        return await parts.submitJobs(handles, withSignal(options, signal()));
      } catch (error) {
        // They belong to the other side again, and are not finalized here.
        for (const handle of handles) host.freeJob(handle);
        throw error;
      }
    },
  };
}

type RunCalls =
  | "started"
  | "prepared"
  | "sampled"
  | "logged"
  | "tree"
  | "alive"
  | "openOutput"
  | "writeOutput"
  | "closeOutput"
  | "discardOutput"
  | "checkpoint";

function runService(side: Side, { complain }: ServiceParts): Pick<Handlers<HostCalls>, RunCalls> {
  const run = (number: number): RunEvents | undefined => side.runs.get(number);
  return {
    started: (told) => run(told.run)?.begun(),
    prepared({ run: number, snapshot: told }) {
      const snapshot = side.read(() => (told === null ? null : readSnapshot(told)));
      run(number)?.prepared(snapshot);
    },
    sampled({ run: number, sample: told }) {
      const sample = side.read(() => readSample(told));
      run(number)?.sampled(sample);
    },
    logged(told) {
      const { level, text } = side.read(() => readLine(told));
      run(told.run)?.logged(level, text, told.data);
    },
    tree: (told) => run(told.run)?.treeChanged(told.tree),
    // That it was heard is all.
    alive: () => undefined,
    openOutput: ({ run: number, output, key, mime }) => {
      const events = run(number);
      if (events === undefined) throw new JobEngineError("WRONG_STATE", "the run is over");
      side.outputs.set(output, events.openOutput(key, mime));
    },
    writeOutput: ({ output, bytes }) => outputOf(side, output).write(bytes),
    closeOutput({ output }) {
      const open = outputOf(side, output);
      side.outputs.delete(output);
      return open.close();
    },
    discardOutput({ output }) {
      const open = side.outputs.get(output);
      side.outputs.delete(output);
      return open?.discard();
    },
    async checkpoint({ run: number, sample: told, state: bytes }) {
      const sample = side.read(() => readSample(told));
      const state = side.read(() => readState(bytes));
      const events = run(number);
      if (events === undefined) complain("a checkpoint came after the end of its run");
      await events?.checkpointed(sample, state);
    },
  };
}

/** The room that its `start` would wait for may be taken by jobs that only it could end. */
function withoutWaiting(options: SubmitOptions | undefined): SubmitOptions | undefined {
  const isObject = typeof options === "object" && options !== null;
  return options === undefined || isObject ? { ...options, noWait: true } : options;
}

/** What is no object is refused by whoever reads the options. */
function withSignal(options: SubmitOptions | undefined, signal: AbortSignal): SubmitOptions {
  const isNone = options === undefined;
  return isNone || (typeof options === "object" && options !== null)
    ? { ...options, signal }
    : options;
}

/** @throws {JobEngineError} WRONG_STATE */
function outputOf(side: Side, number: number): OpenOutput {
  const output = side.outputs.get(number);
  if (output === undefined) throw new JobEngineError("WRONG_STATE", "the output is not open");
  return output;
}

/** The handle of a job whose payload is over there, and whose handle too. @throws {JobEngineError} CLOSING */
function farHandle(host: PluginHost, side: Side, job: FarJob): JobHandle {
  return host.createJob(new FarPayload(side, job, false).descriptor);
}

/**
 * The handle of a job that was created over there from content: the only one. If there can be none any
 * more, the payload is finalized. @throws {JobEngineError} CLOSING
 */
export function createdHandle(host: PluginHost, side: Side, job: FarJob): JobHandle {
  return orFinalized(side, job, () => host.createJob(new FarPayload(side, job, true).descriptor));
}

/** The same of a job that was revived over there, which the engine takes at once. */
export function revivedHandle(host: PluginHost, side: Side, job: FarJob): JobHandle {
  return orFinalized(side, job, () => farHandle(host, side, job));
}

function orFinalized(side: Side, { payload }: FarJob, make: () => JobHandle): JobHandle {
  try {
    return make();
  } catch (error) {
    side.link.tell("finalize", { payload });
    throw error;
  }
}

/** Submits; what was refused belongs to the other side again, and is not finalized here. */
async function give(
  host: PluginHost,
  handle: JobHandle,
  submit: (handle: JobHandle) => Promise<Waited>,
): Promise<Waited> {
  try {
    return await submit(handle);
  } catch (error) {
    if (isFreed(host, handle)) throw error;
    return { kind: "gave-up", error: farError(error) };
  }
}

/** False: it was submitted after all, and only what followed failed. */
function isFreed(host: PluginHost, handle: JobHandle): boolean {
  try {
    host.freeJob(handle);
    return true;
  } catch {
    return false;
  }
}

function control(host: PluginHost, id: string, call: OutsideCall): Promise<void> {
  switch (call.kind) {
    case "cancel":
      return host.cancelJob(id);
    case "pause":
      return host.pauseJob(id);
    case "resume":
      return host.resumeJob(id);
    case "resubmit":
      return host.resubmitJob(id);
    case "delete":
      return host.deleteJob(id);
    case "set-priority":
      return host.setPriority(id, call.priority);
  }
}
