import { Aggregator, Observer, Task } from "../../src/progress.ts";
import { definePlugin, Job, type Plugin, StepResult } from "../../src/sdk.ts";
import type { Host } from "../../src/index.ts";
import type { JobRun, JsonObject, SubmitOptions } from "../../src/index.ts";

/** Whose jobs these would be. */
export const plugins: readonly Plugin[] = [
  definePlugin({ name: "archive", version: "1.4.0", start: () => undefined }),
  definePlugin({ name: "dicom-net", version: "2.3.1", start: () => undefined }),
  definePlugin({ name: "thumbnails", version: "0.9.2", start: () => undefined }),
];

/** How a job of the showcase goes. */
interface Course {
  readonly type: string;
  /** Steps, and how long each takes; milliseconds. */
  readonly steps: number;
  readonly stepMs: number;
  readonly content: JsonObject;
  readonly lines?: readonly string[];
  /** After so many steps it fails. */
  readonly failsAt?: number;
  readonly failure?: readonly [code: string, message: string, isRetryable: boolean];
  readonly output?: readonly [key: string, mime: string, text: string];
}

/** A job that takes its time and says what it does. */
class ShowcaseJob extends Job {
  readonly type: string;
  readonly #course: Course;
  #done = 0;

  constructor(course: Course) {
    super();
    this.type = course.type;
    this.#course = course;
  }

  async step(run: JobRun): Promise<StepResult> {
    const { steps, stepMs, lines = [], failsAt, failure, output } = this.#course;
    await delay(stepMs, run.signal);
    this.#done += 1;
    const line = lines[(this.#done - 1) % Math.max(1, lines.length)];
    if (line !== undefined) run.log(this.#done % 7 === 0 ? "warning" : "info", line);
    if (failure !== undefined && this.#done === failsAt) {
      const [code, message, retryable] = failure;
      run.log("error", message);
      if (retryable) this.#done = 0;
      return StepResult.failure(code, message, { retryable });
    }
    if (this.#done < steps) return StepResult.continue;
    if (output !== undefined) await run.putOutput(...output);
    return StepResult.success;
  }

  override getProgress(): number {
    return this.#done / this.#course.steps;
  }

  override getContent(): JsonObject {
    return { ...this.#course.content, Done: this.#done, Total: this.#course.steps };
  }

  override reset(): void {
    this.#done = 0;
  }
}

async function delay(ms: number, signal: AbortSignal): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    signal.addEventListener("abort", () => {
      clearTimeout(timer);
      resolve();
    });
  });
}

const sites = ["pacs-north", "pacs-east", "research", "teaching"] as const;

const names = ["CT Thorax", "MR Brain", "US Abdomen", "CR Hand", "PET Whole body", "MG Screening"];

function nth<T>(list: readonly T[], index: number): T {
  const [found] = list.slice(index % list.length);
  if (found === undefined) throw new RangeError("there is nothing to choose from");
  return found;
}

const key = (index: number): string => `modality:${nth(sites, index)}`;

function study(index: number): JsonObject {
  return {
    Study: nth(names, index * 7),
    StudyInstanceUID: `1.2.840.113619.2.${55 + index}.${(index * 7919) % 100_000}`,
    Modality: nth(names, index * 7).slice(0, 2),
    Destination: nth(sites, index),
  };
}

/**
 * Gives a host what a hospital's morning may look like, for so many milliseconds: studies come in in
 * waves, so that the graphs have a shape. Resolves when no more come.
 */
export async function fill(host: Host, forMs: number): Promise<void> {
  const end = Date.now() + forMs;
  await longJobs(host);
  await unluckyJobs(host);
  for (let tick = 0; Date.now() < end; tick += 1) {
    const wave = 5 + 4 * Math.sin(tick / 9) + 2 * Math.sin(tick / 2.3);
    for (let index = 0; index < wave; index += 1) await host.submit(...shortJob(tick * 20 + index));
    if (tick % 12 === 5) await host.submit(...failingJob(tick));
    await delay(1_000, new AbortController().signal);
  }
}

function shortJob(index: number): [Job, SubmitOptions] {
  const types = ["make-thumbnails", "send-study", "index-report", "anonymize"];
  const course: Course = {
    type: nth(types, index * 13),
    steps: 3 + (index % 4),
    stepMs: 60 + ((index * 53) % 190),
    content: study(index),
    ...(index % 3 === 1
      ? { output: [`study-${index}.zip`, "application/zip", "PK".repeat(40_000 + index * 977)] }
      : {}),
  };
  return [new ShowcaseJob(course), { key: key(index), priority: index % 11 === 0 ? 5 : 0 }];
}

function failingJob(index: number): [Job, SubmitOptions] {
  const course: Course = {
    type: nth(["send-study", "anonymize", "send-study"], index),
    steps: 8,
    stepMs: 70,
    content: study(index),
    lines: ["Association negotiated", "C-STORE accepted", "C-STORE accepted"],
    failsAt: 4,
    failure: nth(failures, Math.floor(index / 12)),
  };
  return [new ShowcaseJob(course), { key: key(index), priority: 6 }];
}

async function longJobs(host: Host): Promise<void> {
  await host.submit(new Archive(study(0)), { priority: 30, key: "modality:research" });
  for (let index = 0; index < 5; index += 1) {
    const course: Course = {
      type: nth(["send-study", "anonymize", "index-report"], index),
      steps: 760 + index * 190,
      stepMs: 130,
      content: study(index + 11),
      lines: ["Instance stored", "Instance stored", "Checked the pixel data", "Instance stored"],
    };
    await host.submit(new ShowcaseJob(course), { priority: 20 - index, key: key(index) });
  }
  for (let index = 0; index < 3; index += 1) {
    const id = await host.submit(...shortJob(index + 900));
    await host.pauseJob(id);
  }
  await host.cancelJob(await host.submit(...shortJob(7)));
}

/** Their peer does not answer: they are tried again and again. */
async function unluckyJobs(host: Host): Promise<void> {
  for (let index = 0; index < 4; index += 1) {
    const message = `The peer ${nth(sites, index)} did not answer within 5 s`;
    const course: Course = {
      type: "send-study",
      steps: 12,
      stepMs: 60,
      content: study(index + 3),
      lines: ["C-STORE accepted", "Association negotiated", "Peer is slow to answer"],
      failsAt: 3,
      failure: ["PEER_UNREACHABLE", message, true],
    };
    await host.submit(new ShowcaseJob(course), {
      key: key(index),
      priority: 12,
      maxAttempts: 9,
      backoff: { firstDelayMs: 9_000 + index * 1_300, capMs: 40_000 },
    });
  }
}

const failures: readonly (readonly [string, string, boolean])[] = [
  ["PEER_UNREACHABLE", "The peer teaching did not answer within 5 s", false],
  ["DISK_FULL", "No space left while writing series 3 of 4", false],
  ["BAD_PIXEL_DATA", "Instance 12 has 524,287 bytes of pixel data, not 524,288", false],
];

/** An archive of several series, each a part of the work. */
class Archive extends Job {
  readonly type = "build-archive";
  readonly #series: readonly Observer[];
  readonly #content: JsonObject;
  #steps = 0;

  constructor(content: JsonObject) {
    super();
    this.#content = content;
    const collect = this.progress.add(new Observer("Collect instances", { total: 412 }));
    const compress = this.progress.add(new Aggregator("Compress"), 6);
    this.#series = series.map(([name, total]) =>
      compress.add(new Observer(name, { total }), total ?? 60),
    );
    this.progress.add(new Task("Write the directory", () => undefined));
    this.progress.add(new Task("Sign", () => undefined));
    collect.report(412);
    collect.finish();
  }

  async step(run: JobRun): Promise<StepResult> {
    await delay(80, run.signal);
    this.#steps += 1;
    if (this.#steps % 3 === 0) this.#advance();
    if (this.#steps % 3 === 0)
      run.log(this.#steps % 21 === 0 ? "warning" : "info", lineOf(this.#steps / 3));
    return StepResult.continue;
  }

  /** Each series begins some time after the one before. */
  #advance(): void {
    const open = this.#series.filter((part, index) => {
      return part.state === "running" && this.#steps > index * 110;
    });
    for (const part of open) {
      part.advance();
      if (part.done === part.total) part.finish();
    }
  }

  override getContent(): JsonObject {
    return this.#content;
  }
}

/** Names, and how many instances; null: not known yet. */
const series: readonly (readonly [name: string, total: number | null])[] = [
  ["Series 1, scout", 12],
  ["Series 2, chest", 160],
  ["Series 3, lung", 210],
  ["Series 4, secondary", null],
  ["Series 5, bone", 160],
];

const lineOf = (index: number): string => nth(archiveLines, index);

const archiveLines = [
  "Compressed 40 instances, 18.2 MB",
  "Compressed 38 instances, 17.9 MB",
  "Waiting for series 4 to be complete",
  "Compressed 41 instances, 19.0 MB",
  "Checked the digest of part 3",
  "Compressed 40 instances, 18.4 MB",
  "Two instances share a SOPInstanceUID; the later one wins",
] as const;
