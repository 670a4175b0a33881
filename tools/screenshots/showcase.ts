import { Job, StepResult } from "../../src/sdk.ts";
import type { Host } from "../../src/index.ts";
import type { JobRun, JsonObject, SubmitOptions } from "../../src/index.ts";

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

/** Fills a host with what a hospital's morning may look like. Resolves when it is under way. */
export async function fill(host: Host): Promise<void> {
  const submit = (course: Course, options?: SubmitOptions): Promise<string> =>
    host.submit(new ShowcaseJob(course), options);
  const quick = Array.from({ length: 90 }, (_, index) =>
    submit(
      {
        type: "make-thumbnails",
        steps: 2,
        stepMs: 25 + ((index * 37) % 60),
        content: study(index),
      },
      {
        priority: 50,
      },
    ),
  );
  await Promise.all(quick);
  await Promise.all(
    Array.from({ length: 26 }, (_, index) =>
      submit(
        {
          type: nth(["send-study", "build-archive", "index-report"], index),
          steps: 3,
          stepMs: 30 + ((index * 53) % 120),
          content: study(index),
          ...(index % 3 === 1
            ? {
                output: [
                  `study-${index}.zip`,
                  "application/zip",
                  "PK".repeat(40_000 + index * 977),
                ] as const,
              }
            : {}),
          ...(index % 5 === 4 ? { failsAt: 2, failure: nth(failures, index) } : {}),
        },
        { key: key(index), priority: 40 },
      ),
    ),
  );
  await Promise.all(
    Array.from({ length: 5 }, (_, index) =>
      submit(
        {
          type: "send-study",
          steps: 12,
          stepMs: 60,
          content: study(index + 3),
          lines: ["C-STORE accepted", "Association negotiated", "Peer is slow to answer"],
          failsAt: 3,
          failure: [
            "PEER_UNREACHABLE",
            `The peer ${nth(sites, index)} did not answer within 5 s`,
            true,
          ],
        },
        { key: key(index), priority: 45, maxAttempts: 6, backoff: { firstDelayMs: 9_000 } },
      ),
    ),
  );
  const long = [
    submit(archive(0), { priority: 30, key: "modality:research" }),
    ...Array.from({ length: 5 }, (_, index) =>
      submit(
        {
          type: nth(["send-study", "anonymize", "index-report"], index),
          steps: 400 + index * 160,
          stepMs: 130,
          content: study(index + 11),
          lines: [
            "Instance stored",
            "Instance stored",
            "Checked the pixel data",
            "Instance stored",
          ],
        },
        { priority: 20 - index, key: key(index) },
      ),
    ),
  ];
  await Promise.all(long);
  const waiting = await Promise.all(
    Array.from({ length: 64 }, (_, index) =>
      submit(
        {
          type: nth(["send-study", "make-thumbnails", "build-archive", "anonymize"], index),
          steps: 40,
          stepMs: 60 + (index % 9) * 30,
          content: study(index + 30),
        },
        { key: key(index), priority: index % 11 === 0 ? 5 : 0 },
      ),
    ),
  );
  await Promise.all(waiting.slice(50, 53).map((id) => host.pauseJob(id)));
  await Promise.all(waiting.slice(55, 57).map((id) => host.cancelJob(id)));
}

const failures: readonly (readonly [string, string, boolean])[] = [
  ["PEER_UNREACHABLE", "The peer teaching did not answer within 5 s", false],
  ["DISK_FULL", "No space left while writing series 3 of 4", false],
  ["BAD_PIXEL_DATA", "Instance 12 has 524,287 bytes of pixel data, not 524,288", false],
];

const archive = (index: number): Course => ({
  type: "build-archive",
  steps: 900,
  stepMs: 90,
  content: { ...study(index), Format: "zip", Compression: "deflate" },
  lines: [
    "Series 1: 112 instances",
    "Compressed 40 instances, 18.2 MB",
    "Compressed 38 instances, 17.9 MB",
    "Waiting for series 2 to be complete",
    "Compressed 41 instances, 19.0 MB",
    "Checked the digest of part 3",
    "Two instances share a SOPInstanceUID; the later one wins",
  ],
});
