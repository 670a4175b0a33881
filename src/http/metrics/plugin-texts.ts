import type { MetricsRoute, RouteResponse } from "../../ports/plugin.ts";
import { lineOf } from "./text-format.ts";

/** So long a plugin may take for its figures, in milliseconds: a scrape must not hang with it. */
const patienceMs = 2_000;

/** Most characters of one plugin's text. */
const maxText = 1_048_576;

/** Names of the host's own figures. */
const reserved = /^(?:baton|process|nodejs|orthanc)_/;

/** Whom it is told what was left out. */
interface Log {
  log(plugin: string, level: "warning", text: string): void;
}

/**
 * The figures of all plugins, one after the other. What does not come in time, is no text of Prometheus'
 * or has names of somebody else is left out, and `log` is told: one plugin spoils nobody's scrape.
 */
export class PluginTexts {
  readonly #log: Log;
  /** What has not answered yet, by its path. */
  readonly #asked = new Map<string, Asked>();

  constructor(log: Log) {
    this.#log = log;
  }

  /** Never rejects. */
  async read(routes: readonly MetricsRoute[]): Promise<string> {
    const answers = await Promise.all(routes.map((route) => this.#ask(route)));
    const owners = new Map<string, string>();
    let all = "";
    for (const [index, { plugin, path }] of routes.entries()) {
      const text = answers[index] ?? "";
      const why = faultOf(text, path, owners);
      if (why === null) all += text === "" || text.endsWith("\n") ? text : `${text}\n`;
      else this.#log.log(plugin, "warning", `its figures at ${path} are left out: ${why}`);
    }
    return all;
  }

  /**
   * A handler is not called again before it has answered: one that hangs would gather requests, until
   * its plugin is asked nothing more.
   */
  #ask(route: MetricsRoute): Promise<string> {
    const { path, handler } = route;
    const before = this.#asked.get(path);
    if (before?.handler === handler) return before.text;
    const answer = answerOf(route);
    const asked: Asked = { handler, text: textOf(route, answer, this.#log) };
    this.#asked.set(path, asked);
    const forget = (): void => {
      if (this.#asked.get(path) === asked) this.#asked.delete(path);
    };
    void answer.then(forget, forget);
    return asked.text;
  }
}

/** A handler that was called, and what is shown of it: nothing, once it is late. */
interface Asked {
  readonly handler: MetricsRoute["handler"];
  readonly text: Promise<string>;
}

/** The same in Orthanc's form: no comments, and each line with its time. */
export const stamped = (text: string, now: number): string =>
  text
    .split("\n")
    .filter((one) => one !== "" && !one.startsWith("#"))
    .map((one) => `${one} ${now}\n`)
    .join("");

async function answerOf({ path, handler }: MetricsRoute): Promise<RouteResponse | void> {
  return handler({
    method: "GET",
    path,
    params: {},
    query: new URLSearchParams(),
    headers: {},
    body: new Uint8Array(),
  });
}

async function textOf(
  { plugin, path }: MetricsRoute,
  asked: Promise<RouteResponse | void>,
  log: Log,
): Promise<string> {
  const { promise: late, reject } = Promise.withResolvers<never>();
  const timer = setTimeout(() => reject(new Error("they did not come in time")), patienceMs);
  try {
    const answer = await Promise.race([asked, late]);
    const body = answer?.body;
    if (typeof body === "string" && (answer?.status ?? 200) === 200) return body;
    throw new Error("the answer is no text");
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    log.log(plugin, "warning", `its figures at ${path} are left out: ${why}`);
    return "";
  } finally {
    clearTimeout(timer);
  }
}

/** Null: it is as it has to be. `owners`: whose a name is. */
function faultOf(text: string, path: string, owners: Map<string, string>): string | null {
  if (text.length > maxText) return "they are too long";
  const names = namesOf(text);
  if (typeof names === "string") return names;
  const strange = [...names].find((name) => reserved.test(name) || owners.has(name));
  if (strange !== undefined) return `the name ${strange} is somebody else's`;
  for (const name of names) owners.set(name, path);
  return null;
}

/** Of whose figures it tells; a text: why it is refused. */
function namesOf(text: string): ReadonlySet<string> | string {
  const names = new Set<string>();
  const told = new Set<string>();
  for (const one of text.split("\n")) {
    const line = lineOf(one);
    if (line === null) return `no line of Prometheus: ${JSON.stringify(one.slice(0, 80))}`;
    if (line.kind === "none") continue;
    const { kind, name } = line;
    const what = `${kind} ${name}`;
    if (kind !== "sample" && told.has(what)) return `${what} is there twice`;
    if (kind === "TYPE" && told.has(`sample ${name}`)) return `${what} is below its figures`;
    told.add(what);
    names.add(name);
  }
  return names;
}
