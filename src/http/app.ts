import { fastify, type FastifyInstance } from "fastify";
import type { About } from "../ports/about.ts";
import type { Clock } from "../ports/clock.ts";
import type { Backups } from "../ports/backups.ts";
import type { Jobs } from "../ports/jobs.ts";
import type { Routes } from "../ports/plugin.ts";
import { registerAbout } from "./about.ts";
import { registerBackup } from "./backup.ts";
import { answerBrokenRequest, answerExpectation } from "./broken-request.ts";
import { registerDashboard } from "./dashboard.ts";
import { defaultIdleMs } from "./idle-limit.ts";
import {
  closedDoors,
  dropped,
  firstDoor,
  hangDoors,
  type Doors,
  type FirstDoor,
} from "./doors/doors.ts";
import type { Limits } from "./doors/limits.ts";
import { serverOptions } from "./doors/server-options.ts";
import { httpRefusal, refusal, refusalOf, type Refusal } from "./error-body.ts";
import { registerHealth } from "./health.ts";
import { registerEvents } from "./events/register.ts";
import { Tap } from "./events/tap.ts";
import { registerOpenApi } from "./openapi/register.ts";
import { registerJobs } from "./jobs/register.ts";
import { answerWithJob, type AnswerWithJob } from "./jobs/answer.ts";
import type { MetricSources } from "./metrics/metrics.ts";
import { PluginTexts } from "./metrics/plugin-texts.ts";
import { registerMetrics } from "./metrics/register.ts";
import { registerOutputs } from "./jobs/outputs.ts";
import type { DescribeError } from "./orthanc.ts";
import { closeQueuedResponses } from "./pipelining.ts";
import { reasonOf, registerPluginRoutes, type OnError } from "./plugin-routes.ts";
import { quote, readablePath } from "./request-path.ts";
import { refuse } from "./resource.ts";

/** An idle connection is kept this long; milliseconds. Longer than the polling of known clients. */
const keepAliveMs = 10_000;

/** Longer than any path that fits into a request's head: the router refuses none for its length. */
const maxParamLength = 65_536;

const defaultSubmitWaitMs = 30_000;

export interface AppOptions {
  readonly jobs: Jobs;
  readonly routes: Routes;
  /** What the host says of itself. Default: nothing, and the paths for it are not there. */
  readonly about?: About;
  /** Null: jobs are in memory. Default null. */
  readonly backups?: Backups | null;
  /** Who is let in. Default: those on this machine. */
  readonly doors?: Doors;
  readonly onError: OnError;
  /** How long a request that makes a job waits for room, if too many wait; milliseconds. Default 30,000. */
  readonly submitWaitMs?: number;
  /** Whose time the streams of events go by. Null: there are none. Default null. */
  readonly clock?: Clock | null;
  /** What is measured of the host. Null: nothing, and there are no figures. Needs a clock. Default null. */
  readonly metrics?: MetricSources | null;
  /** How long a client may take nothing of a backup or an output; milliseconds. Default: 60 s. */
  readonly idleMs?: number;
  /** Default: nobody says anything about an error code. */
  readonly describe?: DescribeError;
}

/** The REST interface: what answers requests, wherever they come from. */
export interface App {
  readonly fastify: FastifyInstance;
  /** Hears what a caller is not told. */
  readonly onError: OnError;
  /** Says what a request is answered that made a job. */
  readonly answerJob: AnswerWithJob;
  /** Set once: every request is refused from then on. */
  isClosing: boolean;
}

/** Builds the REST interface. It listens nowhere. */
export function createApp(options: AppOptions): App {
  const { jobs, routes, about, describe = () => null, idleMs = defaultIdleMs } = options;
  const onError: OnError = (text, error) => options.onError(onOneLine(text), error);
  const { doors = closedDoors } = options;
  const answerJob = answerWithJob(jobs, describe);
  const first = firstDoor(doors);
  const app: App = { fastify: createFastify(doors, first), onError, answerJob, isClosing: false };
  hook(app, doors.limits);
  hangDoors(app.fastify, doors, first);
  // Again: the host may have begun to close while a password was checked.
  app.fastify.addHook("onRequest", async (request, reply) => {
    if (app.isClosing) return refuse(request, reply, closingRefusal);
  });
  if (about !== undefined) registerOpenApi(app.fastify, about.version);
  const { submitWaitMs = defaultSubmitWaitMs } = options;
  registerJobs(app.fastify, { jobs, describe, answerJob, submitWaitMs, idleMs });
  if (about !== undefined) registerAbout(app.fastify, about);
  if (about !== undefined) registerHealth(app.fastify, about);
  registerOutputs(app.fastify, jobs, idleMs);
  watch(app, options);
  registerBackup(app.fastify, { backups: options.backups ?? null, onError, idleMs });
  registerDashboard(app.fastify);
  registerPluginRoutes(app.fastify, routes, { onError, answerJob, limits: doors.limits });
  return app;
}

/** What a caller has sent may stand in it, and must not look like a line of its own. */
const onOneLine = (text: string): string => text.replaceAll(/[\p{Cc}\u2028\u2029]+/gu, " ");

/** What tells of jobs to whoever listens. */
function watch({ fastify: server, onError }: App, options: AppOptions): void {
  const { jobs, clock = null, metrics = null } = options;
  if (clock === null) return;
  const { describe = () => null } = options;
  const tap = new Tap(jobs);
  registerEvents(server, { jobs, tap, describe, onError, clock });
  if (metrics === null) return;
  const log = (plugin: string, _level: string, text: string): void =>
    onError(`plugin ${quote(plugin)}: ${text}`, null);
  const texts = new PluginTexts({ log });
  const told = (): Promise<string> => texts.read(options.routes.metricsRoutes?.() ?? []);
  const sources = { ...metrics, pluginTexts: told };
  registerMetrics(server, { jobs, tap, clock, sources });
}

function createFastify({ limits, tls }: Doors, first: FirstDoor): FastifyInstance {
  return fastify({
    ...serverOptions(limits, tls),
    schemaController: { compilersFactory: { buildValidator: noSchema, buildSerializer: noSchema } },
    bodyLimit: limits.bodyBytes,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: keepAliveMs,
    // Its answer is not of our shape: the hook below refuses instead.
    return503OnClosing: false,
    clientErrorHandler: (error, socket) => answerBrokenRequest(error, socket, limits),
    // No hook sees these requests.
    frameworkErrors: (_error, request, reply) => {
      if (dropped(request, reply)) return;
      void reply.header("x-content-type-options", "nosniff");
      void refuse(request, reply, first(request, reply) ?? unreadablePath);
    },
    routerOptions: { ignoreTrailingSlash: true, ignoreDuplicateSlashes: true, maxParamLength },
  });
}

/** Schemas are read by endpoint.ts: without these Fastify would load its own two compilers, 114 modules. */
function noSchema(): never {
  throw new Error("INTERNAL_SCHEMA_OF_FASTIFY");
}

const unreadablePath: Refusal = {
  ...httpRefusal(400, "The path is not percent-encoded correctly."),
  orthanc: 12,
};

function hook(app: App, limits: Limits): void {
  const { fastify: server, onError } = app;
  // Bodies belong to the handlers, byte for byte, whatever their content type says.
  server.removeAllContentTypeParsers();
  server.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
  server.addHook("onRequest", async (request, reply) => {
    if (dropped(request, reply)) return reply;
    void reply.header("x-content-type-options", "nosniff");
    if (app.isClosing) return refuse(request, reply, closingRefusal);
  });
  // A connection whose answer was on its way when the server closed must end with it.
  server.addHook("onSend", async (_request, reply) => {
    if (app.isClosing) void reply.header("connection", "close");
  });
  server.server.on("checkExpectation", answerExpectation);
  closeQueuedResponses(server.server);
  server.setErrorHandler((error, request, reply) => {
    const told = httpErrorOf(error, limits) ?? refusalOf(error);
    // Whoever goes away in the middle of a request is nobody's fault here.
    const isGone = request.raw.destroyed && !request.raw.complete;
    if (told.status >= 500 && told.code !== "CLOSING" && !isGone) {
      onError(
        `${request.method} ${quote(readablePath(request.url))} failed: ${reasonOf(error)}`,
        error,
      );
    }
    return refuse(request, reply, told);
  });
  server.setNotFoundHandler((request, reply) =>
    refuse(
      request,
      reply,
      refusal("UNSUPPORTED", `Nothing here knows the method ${request.method}.`),
    ),
  );
}

const closingRefusal: Refusal = refusal(
  "CLOSING",
  "The host is closing; nothing was done. Try again when it is back.",
);

/** The HTTP layer's own refusals; null: it is none of them. */
function httpErrorOf(error: unknown, { bodyBytes }: Limits): Refusal | null {
  if (!(error instanceof Error) || !("code" in error) || !("statusCode" in error)) return null;
  if (!String(error.code).startsWith("FST_ERR_")) return null;
  switch (error.statusCode) {
    case 413:
      return httpRefusal(413, `The body is larger than ${bodyBytes} bytes; send less.`);
    case 415:
      return httpRefusal(
        415,
        "The Content-Type of the request is not one; correct it or leave it out.",
      );
    case 400:
      return httpRefusal(400, "The body has not the length that the request announced.");
    default:
      return null;
  }
}
