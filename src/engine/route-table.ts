import { JobEngineError } from "../core/errors.ts";
import type { PanelInfo } from "../ports/about.ts";
import { checkRouteBody } from "./route-body.ts";
import type {
  HandledRoute,
  MetricsRoute,
  RouteMatch,
  RouteMethod,
  RouteOptions,
  RouteScope,
  Routes,
} from "../ports/plugin.ts";

interface Route {
  readonly plugin: string;
  readonly method: RouteMethod;
  readonly pattern: string;
  readonly segments: readonly string[];
  readonly handled: HandledRoute;
}

const methods: readonly unknown[] = ["GET", "POST", "PUT", "DELETE"] satisfies RouteMethod[];

const scopes: readonly unknown[] = ["none", "read", "operate", "submit"] satisfies RouteScope[];

/** So long may the title of a panel be, in characters. */
const maxPanelTitle = 60;

/** A literal, `{name}`, or `{rest*}`. */
const segment = /^(?:[\w.~!$&'()*+,;=:@%-]+|\{[A-Za-z]\w*\*?\})$/;

/**
 * The routes of all plugins. A pattern is literal segments, `{name}` for one segment and, at the
 * end, `{rest*}` for one or more. The first that was registered wins.
 */
export class RouteTable implements Routes {
  readonly #reserved: readonly string[];
  #routes: readonly Route[] = [];

  /** `reserved`: first segments that belong to the host, such as "jobs". */
  constructor(reserved: readonly string[]) {
    this.#reserved = reserved;
  }

  /** @throws {JobEngineError} INVALID_ARGUMENT, NAME_TAKEN */
  add(plugin: string, method: RouteMethod, pattern: string, handled: HandledRoute): void {
    const segments = readPattern(method, pattern);
    checkHandled(method, pattern, handled);
    if ("panel" in handled) checkPanel(`${method} ${pattern}`, segments, handled.panel);
    if ("metrics" in handled) checkMetrics(`${method} ${pattern}`, segments, handled);
    if (this.#reserved.includes(segments[0] ?? "")) {
      throw new JobEngineError("NAME_TAKEN", `the route ${pattern} belongs to the host`);
    }
    const route: Route = { plugin, method, pattern, segments, handled };
    const taken = this.#routes.find((other) => shape(other) === shape(route));
    if (taken !== undefined) {
      const whose = `plugin "${taken.plugin}" has registered ${method} ${taken.pattern}`;
      throw new JobEngineError("NAME_TAKEN", whose);
    }
    this.#routes = [...this.#routes, route];
  }

  find(
    method: string,
    path: string,
  ): RouteMatch | { readonly allow: readonly RouteMethod[] } | null {
    const given = decode(path);
    if (given === null) return null;
    const allow = new Set<RouteMethod>();
    for (const { plugin, segments, handled, method: own } of this.#routes) {
      const params = match(segments, given);
      if (params === null) continue;
      if (own === method) return { plugin, params, ...handled };
      allow.add(own);
    }
    return allow.size === 0 ? null : { allow: [...allow] };
  }

  /** What this plugin shows on the dashboard, in the order it was registered. */
  panelsOf(plugin: string): readonly PanelInfo[] {
    return this.#routes.flatMap(({ plugin: owner, pattern, handled }) => {
      const title = "panel" in handled ? handled.panel : undefined;
      return owner === plugin && title !== undefined ? [{ title, path: pattern }] : [];
    });
  }

  /** Those whose answers are figures of their plugins. */
  metricsRoutes(): readonly MetricsRoute[] {
    return this.#routes.flatMap(({ plugin, pattern, handled }) => {
      const has = "metrics" in handled && handled.metrics;
      return has ? [{ plugin, path: pattern, handler: handled.handler }] : [];
    });
  }

  removeOf(plugin: string): void {
    this.#routes = this.#routes.filter((route) => route.plugin !== plugin);
  }
}

function readPattern(method: unknown, pattern: unknown): readonly string[] {
  if (!methods.includes(method)) {
    throw new JobEngineError(
      "INVALID_ARGUMENT",
      `the method ${String(method)}; GET, POST, PUT, DELETE`,
    );
  }
  const segments = typeof pattern === "string" ? pattern.split("/").slice(1) : [];
  const rest = segments.findIndex((part) => part.endsWith("*}"));
  const isRestLast = rest === -1 || rest === segments.length - 1;
  const isFine = String(pattern).startsWith("/") && segments.every((part) => segment.test(part));
  if (isFine && isRestLast) return segments;
  const rule = "literal segments, {name}, and {rest*} at the end";
  throw new JobEngineError("INVALID_ARGUMENT", `the route ${String(pattern)} must be ${rule}`);
}

/** Whoever writes JavaScript may write anything. */
function checkHandled(method: RouteMethod, pattern: string, handled: HandledRoute): void {
  const { handler, scope: given }: { readonly handler: unknown; readonly scope?: unknown } =
    handled;
  if (typeof handler !== "function") {
    throw new JobEngineError("INVALID_ARGUMENT", `the route ${pattern} needs a handler function`);
  }
  checkRouteBody(method, pattern, handled);
  if (given === undefined || scopes.includes(given)) return;
  const words = `the scope ${JSON.stringify(given)} of the route ${pattern}; ${scopes.join(", ")}`;
  throw new JobEngineError("INVALID_ARGUMENT", words);
}

/** A panel is asked for by the page, which knows nothing to put into a pattern. */
function checkPanel(route: string, segments: readonly string[], panel: unknown): void {
  if (panel === undefined) return;
  const isText = typeof panel === "string" && panel.trim() !== "";
  if (!isText || panel.length > maxPanelTitle) {
    const words = `the panel of the route ${route} needs a title of 1 to ${maxPanelTitle} characters`;
    throw new JobEngineError("INVALID_ARGUMENT", words);
  }
  checkAsked(route, segments, "be a panel");
}

/** They stand among the host's, which are for everybody who may read. */
function checkMetrics(route: string, segments: readonly string[], given: RouteOptions): void {
  const { metrics, scope = "read" } = given;
  checkAsked(route, segments, "have metrics");
  if (!metrics || scope === "read" || scope === "none") return;
  const words = `the route ${route} cannot have metrics and the scope "${scope}": whoever may read sees them`;
  throw new JobEngineError("INVALID_ARGUMENT", words);
}

/** Whoever asks by himself has nothing to put into a pattern. */
function checkAsked(route: string, segments: readonly string[], what: string): void {
  const isAsked = route.startsWith("GET ") && !segments.some((part) => part.startsWith("{"));
  if (isAsked) return;
  const words = `the route ${route} cannot ${what}: that is a GET without parameters`;
  throw new JobEngineError("INVALID_ARGUMENT", words);
}

/** Two routes of the same shape would answer the same requests. */
function shape({ method, segments }: Route): string {
  const shapes = segments.map((part) => part.replace(/^\{\w+(\*?)\}$/, "{$1}"));
  return `${method} /${shapes.join("/")}`;
}

function decode(path: string): readonly string[] | null {
  try {
    return path.split("/").slice(1).map(decodeURIComponent);
  } catch {
    // What cannot be decoded is the path of nothing.
    return null;
  }
}

function match(
  segments: readonly string[],
  given: readonly string[],
): Readonly<Record<string, string>> | null {
  const params: Record<string, string> = Object.create(null) as Record<string, string>;
  for (const [place, part] of segments.entries()) {
    const value = given[place];
    if (value === undefined || value === "") return null;
    const name = /^\{(\w+)(\*?)\}$/.exec(part);
    if (name?.[1] === undefined) {
      if (part !== value) return null;
    } else if (name[2] === "*") {
      params[name[1]] = given.slice(place).join("/");
      return params;
    } else {
      params[name[1]] = value;
    }
  }
  return segments.length === given.length ? params : null;
}
