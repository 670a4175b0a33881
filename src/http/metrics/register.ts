import type { FastifyInstance } from "fastify";
import { Type } from "typebox";
import type { Clock } from "../../ports/clock.ts";
import type { Jobs } from "../../ports/jobs.ts";
import { endpoint } from "../endpoint.ts";
import type { Tap } from "../events/tap.ts";
import { resource } from "../resource.ts";
import type { Answered } from "../schemas/answered.ts";
import type { Metrics, MetricSources } from "./metrics.ts";
import { stamped } from "./plugin-texts.ts";
import { orthancMetrics } from "./orthanc-metrics.ts";

const text = (description: string): Answered => ({
  description,
  content: { "text/plain": Type.String() },
});

/** Registers `GET /metrics`, and Orthanc's `GET /tools/metrics-prometheus`. */
export function registerMetrics(
  app: FastifyInstance,
  { jobs, tap, clock, sources }: MetricParts,
): void {
  let metrics: Promise<Metrics> | null = null;
  const theMetrics = (): Promise<Metrics> => (metrics ??= loadMetrics(jobs, tap, sources));
  const startedAt = clock.now();
  app.addHook("onClose", async () => (await metrics)?.close());
  resource(app, "/metrics", {
    GET: endpoint(
      {
        summary: "The figures of the host, for Prometheus",
        description: "Measured from the first request for them on.",
        scope: "read",
        responses: { 200: text("Prometheus' text, with HELP and TYPE.") },
      },
      async (_request, reply) => {
        const figures = await theMetrics();
        const body = Buffer.from(await figures.text());
        return reply.header("content-type", figures.contentType).send(body);
      },
    ),
  });
  resource(app, "/tools/metrics-prometheus", {
    GET: endpoint(
      {
        summary: "What Orthanc says of jobs, and the figures of plugins, in its form",
        scope: "read",
        responses: { 200: text("Lines of a name, a value, and when that was.") },
      },
      async (_request, reply) => {
        const told = (await sources.pluginTexts?.()) ?? "";
        const now = clock.now();
        const body = Buffer.from(orthancMetrics(jobs, now, startedAt) + stamped(told, now));
        return reply.header("content-type", "text/plain; version=0.0.4").send(body);
      },
    ),
  });
}

/** prom-client is loaded for the first who asks. */
async function loadMetrics(...parts: ConstructorParameters<typeof Metrics>): Promise<Metrics> {
  const loaded = await import("./metrics.ts");
  return new loaded.Metrics(...parts);
}

export interface MetricParts {
  readonly jobs: Jobs;
  readonly tap: Tap;
  readonly clock: Clock;
  readonly sources: MetricSources;
}
