/** Where a host is asked to be if nothing else is said. */
const defaultUrl = "http://127.0.0.1:8042";

/** What the command ends with; docs/cli.md lists them. */
export const exitCodes = { refused: 1, usage: 2, unreachable: 3, notAllowed: 4 } as const;

/** Why a command did not do what was asked, in one sentence. */
export class CommandError extends Error {
  readonly exitCode: number;

  constructor(exitCode: number, sentence: string) {
    super(sentence);
    this.exitCode = exitCode;
  }
}

/** The host answers, and will not. */
export class HostRefusal extends CommandError {
  /** HTTP status. */
  readonly status: number;
  /** What it says one should wait; milliseconds. */
  readonly retryAfterMs: number;

  constructor({ status, headers }: Response, sentence: string) {
    const isForbidden = status === 401 || status === 403;
    super(isForbidden ? exitCodes.notAllowed : exitCodes.refused, sentence);
    this.status = status;
    this.retryAfterMs = waitOf(headers.get("retry-after"));
  }
}

/** At most a minute, and a second where nothing is said. */
function waitOf(retryAfter: string | null): number {
  const isSeconds = retryAfter !== null && /^\d{1,9}$/.test(retryAfter);
  return isSeconds ? Math.min(60_000, Number(retryAfter) * 1_000) : 1_000;
}

/** What every command is told. */
export interface Flags {
  readonly url?: string;
  readonly token?: string;
  readonly json?: boolean;
}

export interface Answer {
  readonly headers: Headers;
  readonly json: unknown;
}

/** A host, over its REST interface. */
export class Client {
  readonly #base: string;
  readonly #headers: Readonly<Record<string, string>>;

  /** @throws {CommandError} the URL is none */
  constructor({ url: given, token }: Flags, env: NodeJS.ProcessEnv = process.env) {
    const text = given ?? env["BATON_URL"] ?? defaultUrl;
    const url = URL.canParse(text) ? new URL(text) : null;
    if (url === null || !/^https?:$/.test(url.protocol)) {
      throw new CommandError(exitCodes.usage, `"${text}" is no URL such as ${defaultUrl}.`);
    }
    const bearer = token ?? env["BATON_TOKEN"];
    this.#headers = authorization(url, bearer);
    this.#base = `${url.origin}${url.pathname.replace(/\/+$/, "")}`;
  }

  /** @throws {CommandError} as ask; or the answer is not what `is` expects */
  async get<T>(path: string, is: (json: unknown) => json is T): Promise<T> {
    return this.checked(await this.ask("GET", path), is);
  }

  /** What is in an answer. @throws {CommandError} it is not what `is` expects */
  checked<T>({ json }: Answer, is: (json: unknown) => json is T): T {
    if (is(json)) return json;
    const sentence = `${this.#base} does not answer as a Baton host does; is it one?`;
    throw new CommandError(exitCodes.refused, sentence);
  }

  /** @throws {CommandError} nobody is there, or the host refuses, or what it answers is no JSON */
  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.#send(method, path, body);
    const json = parse(await this.#textOf(response));
    if (!response.ok) throw this.#refusal(response, json);
    const answer = { headers: response.headers, json };
    this.checked(answer, isJson);
    return answer;
  }

  /**
   * A stream of events, from the one after `lastId` on; null: what answers has none here.
   * @throws {CommandError} as ask
   */
  async stream(
    path: string,
    lastId: string | null,
    signal: AbortSignal,
  ): Promise<ReadableStream<Uint8Array> | null> {
    const headers = lastId === null ? {} : { "last-event-id": lastId };
    const response = await this.#fetch(path, { headers, signal });
    if (!response.ok) throw this.#refusal(response, parse(await this.#textOf(response)));
    const isStream = response.headers.get("content-type")?.startsWith("text/event-stream") === true;
    if (isStream) return response.body;
    await response.body?.cancel();
    return null;
  }

  async #send(method: string, path: string, body: unknown): Promise<Response> {
    const content =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    return this.#fetch(path, { method, ...content });
  }

  async #fetch(path: string, init: RequestInit): Promise<Response> {
    const headers = { ...this.#headers, ...(init.headers as Record<string, string> | undefined) };
    try {
      return await fetch(`${this.#base}${path}`, { ...init, headers });
    } catch (error) {
      const hint = 'start one with "baton serve", or say where it is with --url.';
      const sentence = `No host answers at ${this.#base}${codeOf(error)}; ${hint}`;
      throw new CommandError(exitCodes.unreachable, sentence);
    }
  }

  async #textOf(response: Response): Promise<string> {
    try {
      return await response.text();
    } catch (error) {
      const sentence = `The host at ${this.#base} broke off its answer${codeOf(error)}.`;
      throw new CommandError(exitCodes.unreachable, sentence);
    }
  }

  #refusal(response: Response, json: unknown): CommandError {
    if (response.status === 401) {
      const how = "give --token, BATON_TOKEN, or user:password in the URL.";
      return new HostRefusal(response, `${this.#base} asks who you are; ${how}`);
    }
    const { Details: details } = (json ?? {}) as { readonly Details?: unknown };
    const isTold = typeof details === "string";
    const sentence = `${this.#base} answered ${response.status}; is it a Baton host?`;
    return new HostRefusal(response, isTold ? details : sentence);
  }
}

const isJson = (json: unknown): json is unknown => json !== undefined;

/** Of what fetch throws, for people. */
function codeOf(error: unknown): string {
  const cause = error instanceof Error ? error.cause : null;
  return cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
}

function authorization(url: URL, token: string | undefined): Readonly<Record<string, string>> {
  if (token !== undefined && token !== "") return { authorization: `Bearer ${token}` };
  if (url.username === "") return {};
  const pair = `${decoded(url.username)}:${decoded(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    const sentence =
      "The user or the password in the URL is not percent-encoded; write % itself as %25.";
    throw new CommandError(exitCodes.usage, sentence);
  }
}

/** Null: there is nothing, as some actions answer. Undefined: it is no JSON. */
function parse(text: string): unknown {
  if (text === "") return null;
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The path of a job. */
export const jobPath = (id: string): string => `/jobs/${encodeURIComponent(id)}`;
