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

  get<T>(path: string): Promise<T> {
    return this.ask("GET", path).then(({ json }) => json as T);
  }

  /** @throws {CommandError} nobody is there, or the host refuses */
  async ask(method: string, path: string, body?: unknown): Promise<Answer> {
    const response = await this.#send(method, path, body);
    const text = await response.text();
    const json = parse(text);
    if (response.ok) return { headers: response.headers, json };
    throw this.#refusal(response.status, json);
  }

  async #send(method: string, path: string, body: unknown): Promise<Response> {
    const content =
      body === undefined
        ? {}
        : { body: JSON.stringify(body), headers: { "content-type": "application/json" } };
    const headers = { ...this.#headers, ...content.headers };
    try {
      return await fetch(`${this.#base}${path}`, { method, ...content, headers });
    } catch (error) {
      const cause = error instanceof Error ? error.cause : null;
      const why = cause instanceof Error && "code" in cause ? ` (${String(cause.code)})` : "";
      const hint = 'start one with "baton serve", or say where it is with --url.';
      const sentence = `No host answers at ${this.#base}${why}; ${hint}`;
      throw new CommandError(exitCodes.unreachable, sentence);
    }
  }

  #refusal(status: number, json: unknown): CommandError {
    const { Details: details } = (json ?? {}) as { readonly Details?: string };
    if (status === 401) {
      const how = "give --token, BATON_TOKEN, or user:password in the URL.";
      return new CommandError(exitCodes.notAllowed, `${this.#base} asks who you are; ${how}`);
    }
    const sentence = details ?? `${this.#base} answered ${status}; is it a Baton host?`;
    return new CommandError(status === 403 ? exitCodes.notAllowed : exitCodes.refused, sentence);
  }
}

function authorization(url: URL, token: string | undefined): Readonly<Record<string, string>> {
  if (token !== undefined && token !== "") return { authorization: `Bearer ${token}` };
  if (url.username === "") return {};
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString("base64")}` };
}

/** Undefined: it is no JSON. */
function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** The path of a job. */
export const jobPath = (id: string): string => `/jobs/${encodeURIComponent(id)}`;
