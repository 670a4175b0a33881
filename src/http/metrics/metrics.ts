import { Counter, Gauge, Histogram, Registry, type Metric } from "prom-client";
import type { Jobs } from "../../ports/jobs.ts";
import type { Tap } from "../events/tap.ts";
import { stateNames } from "../orthanc.ts";
import { JobMeter } from "./job-meter.ts";
import { processMetrics } from "./process-metrics.ts";
import { TypeNames } from "./type-names.ts";

/** Upper bounds of the buckets in seconds: from a commit in memory to a disk in trouble. */
const commitBuckets = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 1, 5];

/** Most gauges of plugins that are shown: a plugin may make up as many names as it likes. */
const maxGauges = 1_000;

/** A gauge that a plugin has set. */
export interface PluginGauge {
  readonly plugin: string;
  readonly name: string;
  readonly value: number;
}

/** How a webhook gets on. */
export interface WebhookState {
  /** Its place in the configuration, from 0. */
  readonly hook: number;
  /** Where it goes, without a path: that may be a secret. */
  readonly host: string;
  readonly queued: number;
  readonly delivered: number;
  readonly failedAttempts: number;
  readonly dropped: number;
}

/** Where figures come from that no event tells. */
export interface MetricSources {
  /** How many jobs may run at once. */
  readonly slots: number;
  readonly pluginGauges: () => readonly PluginGauge[];
  readonly webhooks: () => readonly WebhookState[];
  /** Prometheus' text of the plugins; never rejects. Absent: there is none. */
  readonly pluginTexts?: () => Promise<string>;
  /** Calls `commit` with the seconds that each commit takes, until the answer is disposed of. */
  readonly onCommit: (commit: (seconds: number, isDone: boolean) => void) => Disposable;
}

/** The figures of a host, for Prometheus. Nothing is measured before somebody asks for the first time. */
export class Metrics {
  readonly #jobs: Pick<Jobs, "jobCounts">;
  readonly #tap: Tap;
  readonly #sources: MetricSources;
  readonly #registry = new Registry();
  readonly #types = new TypeNames();
  readonly #listening: Disposable[] = [];
  #isOn = false;

  constructor(jobs: Pick<Jobs, "jobCounts">, tap: Tap, sources: MetricSources) {
    this.#jobs = jobs;
    this.#tap = tap;
    this.#sources = sources;
  }

  get contentType(): string {
    return this.#registry.contentType;
  }

  /** All figures as they are now: Prometheus' text. */
  async text(): Promise<string> {
    if (!this.#isOn) this.#turnOn();
    const own = await this.#registry.metrics();
    const all = own + (await processMetrics().metrics());
    const told = (await this.#sources.pluginTexts?.()) ?? "";
    // prom-client writes it in a way that the format does not know.
    return all.replaceAll(/ Nan$/gm, " NaN") + told;
  }

  /** Measures nothing more. */
  close(): void {
    for (const listening of this.#listening.splice(0)) listening[Symbol.dispose]();
  }

  #turnOn(): void {
    this.#isOn = true;
    const meter = new JobMeter(this.#registry, this.#types);
    this.#listening.push(this.#tap.listen((event) => meter.hear(event)));
    this.#addJobs();
    this.#addStore();
    this.#addPlugins();
    this.#addWebhooks();
  }

  #add(figure: Metric): void {
    this.#registry.registerMetric(figure);
  }

  #addJobs(): void {
    const [jobs, types, { slots }] = [this.#jobs, this.#types, this.#sources];
    this.#add(
      new Gauge({
        name: "baton_jobs",
        help: "Jobs that there are.",
        labelNames: ["type", "state"],
        registers: [],
        collect() {
          this.reset();
          for (const [type, counts] of jobs.jobCounts().byType) {
            for (const [state, name] of Object.entries(stateNames)) {
              const count = Math.max(0, counts[state as keyof typeof stateNames]);
              this.inc({ type: types.of(type), state: name }, count);
            }
          }
        },
      }),
    );
    this.#add(
      new Gauge({
        name: "baton_slots",
        help: "Jobs that may run at once.",
        registers: [],
        collect() {
          this.set(slots);
        },
      }),
    );
    this.#add(
      new Gauge({
        name: "baton_slots_used",
        help: "Jobs that run.",
        registers: [],
        collect() {
          this.set(Math.max(0, jobs.jobCounts().total.running));
        },
      }),
    );
  }

  #addStore(): void {
    const registers = [this.#registry];
    const commits = new Histogram({
      name: "baton_store_commit_seconds",
      help: "From when changes were handed to the store until they were committed.",
      buckets: commitBuckets,
      registers,
    });
    const refused = new Counter({
      name: "baton_store_refused_total",
      help: "Commits that the store refused.",
      registers,
    });
    this.#listening.push(
      this.#sources.onCommit((seconds, isDone) => {
        if (isDone) commits.observe(seconds);
        else refused.inc();
      }),
    );
  }

  #addPlugins(): void {
    const { pluginGauges } = this.#sources;
    this.#add(
      new Gauge({
        name: "baton_plugin_gauge",
        help: "What a plugin has set (set_metric).",
        labelNames: ["plugin", "name"],
        registers: [],
        collect() {
          this.reset();
          for (const { plugin, name, value } of pluginGauges().slice(0, maxGauges)) {
            this.set({ plugin, name }, value);
          }
        },
      }),
    );
  }

  #addWebhooks(): void {
    const { webhooks } = this.#sources;
    const figures = [
      [Gauge, "queued", "queued", "Events that wait to be delivered."],
      [Counter, "delivered_total", "delivered", "Events that were delivered."],
      [
        Counter,
        "failed_attempts_total",
        "failedAttempts",
        "Deliveries that failed; most are tried again.",
      ],
      [Counter, "dropped_total", "dropped", "Events that were never delivered."],
    ] as const;
    for (const [Figure, name, of, help] of figures) {
      this.#add(
        new Figure({
          name: `baton_webhook_${name}`,
          help,
          labelNames: ["hook", "host"],
          registers: [],
          collect() {
            this.reset();
            for (const hook of webhooks()) {
              this.inc({ hook: String(hook.hook), host: hook.host }, hook[of]);
            }
          },
        }),
      );
    }
  }
}
