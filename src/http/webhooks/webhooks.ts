import type { EngineEvent } from "../../ports/job-event.ts";
import type { JobInfo } from "../../ports/job.ts";
import type { Jobs } from "../../ports/jobs.ts";
import type { WebhookState } from "../metrics/metrics.ts";
import { jobObject, timeText, type DescribeError } from "../orthanc.ts";
import { Hook, type HookParts } from "./hook.ts";
import { eventOfState, type Webhook, type WebhookEvent } from "./webhook-options.ts";

/** `close` waits so long for what is on its way; milliseconds. */
const closeGraceMs = 2_000;

export interface WebhookParts extends HookParts {
  readonly jobs: Pick<Jobs, "observe">;
  readonly describe: DescribeError;
}

/**
 * Tells others of jobs, by a POST for each event. What waits is in memory: whoever must not miss a thing
 * asks GET /jobs after a restart.
 */
export class Webhooks {
  readonly #parts: WebhookParts;
  readonly #hooks: readonly { readonly webhook: Webhook; readonly hook: Hook }[];
  readonly #observing: Disposable | null;

  constructor(webhooks: readonly Webhook[], parts: WebhookParts) {
    this.#parts = parts;
    this.#hooks = webhooks.map((webhook, n) => ({ webhook, hook: new Hook(n, webhook, parts) }));
    const isWanted = webhooks.length > 0;
    this.#observing = isWanted ? parts.jobs.observe((event) => this.#hear(event)) : null;
  }

  get states(): readonly WebhookState[] {
    return this.#hooks.map(({ hook }) => hook.state);
  }

  /** Nothing that happens from now on is told; what waits has 2 s. */
  async close(): Promise<void> {
    this.#observing?.[Symbol.dispose]();
    await Promise.all(this.#hooks.map(({ hook }) => hook.close(closeGraceMs)));
  }

  #hear(event: EngineEvent): void {
    if (event.kind === "submitted") this.#tell("submitted", event.job);
    else if (event.kind === "changed" && event.job.state !== event.from) {
      this.#tell(eventOfState[event.job.state], event.job);
    }
  }

  #tell(event: WebhookEvent, job: JobInfo): void {
    const wanted = this.#hooks.filter(
      ({ webhook: { events, types } }) => events.has(event) && (types?.has(job.type) ?? true),
    );
    if (wanted.length === 0) return;
    const now = this.#parts.clock.now();
    const Job = jobObject(job, now, this.#parts.describe);
    const body = Buffer.from(JSON.stringify({ Event: event, Job, Time: timeText(now) }));
    for (const { hook } of wanted) hook.add({ id: `msg_${crypto.randomUUID()}`, body });
  }
}
