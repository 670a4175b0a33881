import type { CallScope } from "../ports/call-scope.ts";
import type { JsonObject, JsonValue } from "../ports/job.ts";
import type {
  AddRoute,
  HandledRoute,
  PluginHost,
  RouteHandler,
  RouteMethod,
  RouteOptions,
  RouteResponse,
  StreamRouteHandler,
  StreamRouteOptions,
} from "../ports/plugin.ts";
import { answerJob } from "./answer-job.ts";
import type { JobEngine } from "./job-engine.ts";

export interface PluginHostParts {
  readonly engine: JobEngine;
  readonly addRoute: AddRoute;
  readonly scope: CallScope;
  /** The settings of all plugins, by their names. */
  readonly settings: JsonObject;
}

/** The calls of one plugin: everything it makes through them belongs to it. */
export function pluginHost(plugin: string, parts: PluginHostParts): PluginHost {
  const { engine, addRoute, scope, settings } = parts;
  return {
    createJob: (descriptor) => engine.createJob(plugin, descriptor as never),
    submitJob: (job, options) => engine.submitJob(plugin, job, options),
    freeJob: (job) => engine.freeJob(plugin, job),
    registerType: (type, revive, options) => engine.registerType(plugin, type, revive, options),
    cancelJob: (id) => engine.cancelJob(id),
    pauseJob: (id) => engine.pauseJob(id),
    resumeJob: (id) => engine.resumeJob(id),
    resubmitJob: (id) => engine.resubmitJob(id),
    deleteJob: (id) => engine.deleteJob(id),
    setPriority: (id, priority) => engine.setPriority(id, priority),
    wakeJob: (id) => engine.wakeJob(id),
    jobInfo: (id) => engine.jobInfo(id),
    waitJob: (id, options) => engine.waitJob(id, options),
    answerJob: (request, job, options) =>
      answerJob((how) => engine.submitJob(plugin, job, how), request, options),
    submitJobAndWait: (job, options, wait) => engine.submitJobAndWait(plugin, job, options, wait),
    log: (level, text) => engine.log(plugin, level, text),
    registerRoute(
      method: RouteMethod,
      pattern: string,
      handler: RouteHandler | StreamRouteHandler,
      options: RouteOptions | StreamRouteOptions = {},
    ) {
      addRoute(plugin, method, pattern, handledRoute(scope, handler, options));
    },
    getConfig: (path) => valueAt(settings, path),
  };
}

/** Nothing else of the options is taken over; a copy, as of all that a plugin gives. */
function handledRoute(
  calls: CallScope,
  handler: RouteHandler | StreamRouteHandler,
  { scope, body, ...rest }: RouteOptions | StreamRouteOptions,
): HandledRoute {
  type Handler = (request: never) => RouteResponse | void | PromiseLike<RouteResponse | void>;
  const own: Handler = handler;
  const called: Handler = (request) => calls.enter("route", () => own(request));
  const options = {
    // What is no function is refused by whoever adds it.
    handler: typeof handler === "function" ? called : handler,
    ...(scope === undefined ? {} : { scope }),
    ...(body === undefined ? {} : { body }),
    ...("maxBytes" in rest ? { maxBytes: rest.maxBytes } : {}),
    ...("panel" in rest && rest.panel !== undefined ? { panel: rest.panel } : {}),
    ...("metrics" in rest && rest.metrics ? { metrics: true } : {}),
  };
  // The overloads have seen to it that the handler takes what its options say.
  return options as HandledRoute;
}

/** The value a JSON pointer (RFC 6901) names; undefined: there is none. */
export function valueAt(settings: JsonObject, pointer: string): JsonValue | undefined {
  const keys = pointer.split("/").map((key) => key.replaceAll("~1", "/").replaceAll("~0", "~"));
  let value: JsonValue | undefined = keys.shift() === "" ? settings : undefined;
  for (const key of keys) value = member(value, key);
  return value;
}

function member(value: JsonValue | undefined, key: string): JsonValue | undefined {
  const isObject = typeof value === "object" && value !== null && Object.hasOwn(value, key);
  return isObject ? (value as JsonObject)[key] : undefined;
}
