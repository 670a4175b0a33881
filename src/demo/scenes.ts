import { setTimeout as delay } from "node:timers/promises";
import type { JobInfo } from "../index.ts";
import { FlakyJob } from "./flaky-job.ts";
import { timeOf } from "./screen.ts";
import type { SamplePlugin } from "./tour-parts.ts";
import type { Stage } from "./stage.ts";
import { check, countOf } from "./watch.ts";

/** Every plugin's job, side by side. */
export async function showPlugins(stage: Stage): Promise<void> {
  const { screen, plugins, watch } = stage;
  screen.headline("Each plugin makes a job that counts to four, at its own route:");
  for (const { name, route, madeOf } of plugins.ready) {
    screen.say(`${name} (${madeOf}): GET ${route}?delayMs=400&steps=4`);
  }
  const ids = await Promise.all(
    plugins.ready.map((plugin) => submit(stage, plugin, { delayMs: 400, steps: 4 })),
  );
  const jobs = await Promise.all(ids.map((id) => watch.finished(id)));
  for (const job of jobs) {
    check(job.state === "succeeded", `the job of ${job.plugin} ended as ${job.state}`);
    check(countOf(job) === 4, `the job of ${job.plugin} counted to ${countOf(job)}, not 4`);
  }
}

/** A pause in the middle, and that the job goes on from there. */
export async function showPause(stage: Stage): Promise<void> {
  const { screen, watch } = stage;
  screen.headline("A job is paused in the middle, and goes on from there:");
  const id = await submit(stage, first(stage), { delayMs: 250, steps: 6 }, "pause, resume");
  await watch.until(id, "at 2 of 6", (job) => countOf(job) >= 2);
  await post(stage, id, "pause");
  const paused = await watch.until(id, "paused", ({ state }) => state === "paused");
  screen.say(`POST /jobs/{id}/pause: it stands still at ${countOf(paused)} of 6 ...`);
  await delay(700);
  const still = stage.host.jobInfo(id);
  check(still.state === "paused", `a paused job became ${still.state} by itself`);
  check(countOf(still) === countOf(paused), "a paused job went on counting");
  screen.say("POST /jobs/{id}/resume: ... and goes on");
  await post(stage, id, "resume");
  const job = await watch.finished(id);
  check(job.state === "succeeded", `the paused job ended as ${job.state}`);
}

/** Two failures, two delays, one success. */
export async function showRetry(stage: Stage): Promise<void> {
  const { screen, watch, host } = stage;
  screen.headline("A job fails twice and is tried again, each time after a longer delay:");
  const id = await host.submit(new FlakyJob(), {
    maxAttempts: 3,
    backoff: { firstDelayMs: 600, factor: 2 },
  });
  introduce(stage, id, "transfer", "two failures, two retries");
  const job = await watch.finished(id);
  check(job.state === "succeeded", `the job that is tried again ended as ${job.state}`);
  check(job.attempts === 2, `it counts ${job.attempts} failed attempts, not 2`);
  const retries = watch.changesOf(id).filter(({ state }) => state === "retrying");
  check(retries.length === 2, `it waited ${retries.length} times to be tried again, not twice`);
  for (const [index, retry] of retries.entries()) {
    const [dueAt, ran] = [retry.dueAt ?? 0, startAfter(stage, id, retry)];
    check(ran >= dueAt, "a retry ran before it was due");
    screen.say(`attempt ${index + 2} was due at ${timeOf(dueAt)} and began at ${timeOf(ran)}`);
  }
}

/** A cancel while the step waits. */
export async function showCancel(stage: Stage): Promise<void> {
  const { screen, watch } = stage;
  screen.headline("A job that would wait a minute is canceled during its first step:");
  const id = await submit(stage, first(stage), { delayMs: 60_000, steps: 1 }, "cancel");
  await watch.until(id, "running", ({ state }) => state === "running");
  const began = performance.now();
  await post(stage, id, "cancel");
  const job = await watch.finished(id);
  check(job.error?.code === "JOB_CANCELED", `the canceled job ended as ${job.state}`);
  const ms = Math.round(performance.now() - began);
  screen.say(`POST /jobs/{id}/cancel: it ended after ${ms} ms, as ${job.error.code}`);
}

/** Every job that was shown, as its host last told of it. */
export function summary(stage: Stage): void {
  stage.screen.headline("What was shown:");
  const rows = stage.shown.map((one) => {
    const job = one.job();
    return [job.plugin, job.type, one.what, job.state, job.error?.code ?? "", runtimeOf(job)];
  });
  stage.screen.table([["PLUGIN", "TYPE", "SHOWN", "STATE", "ERROR", "IN STEPS"], ...rows]);
}

const runtimeOf = (job: JobInfo): string => `${(job.runtimeMs / 1000).toFixed(2)} s`;

function first({ plugins }: Stage): SamplePlugin {
  const [plugin] = plugins.ready;
  check(plugin !== undefined, "there is no plugin to show");
  return plugin;
}

/** When the run after this change began; epoch milliseconds. */
function startAfter({ watch }: Stage, id: string, change: JobInfo): number {
  const changes = watch.changesOf(id);
  const run = changes.slice(changes.indexOf(change)).find(({ state }) => state === "running");
  return run?.changedAt ?? 0;
}

async function submit(
  stage: Stage,
  { name, route }: SamplePlugin,
  { delayMs, steps }: { delayMs: number; steps: number },
  what = "a run to the end",
): Promise<string> {
  const id = await requestJob(`${stage.url}${route}?delayMs=${delayMs}&steps=${steps}`);
  introduce(stage, id, name, what);
  return id;
}

/** Asks a plugin's route for a job; the answer is its id. */
export async function requestJob(url: string): Promise<string> {
  const answer = await fetch(url);
  check(answer.ok, `GET ${url} answered ${answer.status}`);
  const { ID } = (await answer.json()) as { readonly ID: string };
  return ID;
}

function introduce({ screen, host, shown }: Stage, id: string, label: string, what: string): void {
  screen.add(id, label);
  screen.show(host.jobInfo(id));
  shown.push({ what, job: () => host.jobInfo(id) });
}

async function post({ url }: Stage, id: string, action: string): Promise<void> {
  const answer = await fetch(`${url}/jobs/${id}/${action}`, { method: "POST" });
  check(answer.ok, `POST /jobs/${id}/${action} answered ${answer.status}`);
}
