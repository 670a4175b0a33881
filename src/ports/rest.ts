import type { JobEngineError } from "../core/errors.ts";
import type { JobAnswer } from "./plugin.ts";

/** A request that comes from inside of this process. */
export interface RestRequest {
  readonly method: string;
  /** The path, percent-encoded, and the query. */
  readonly target: string;
  /** Names in lower case, each at most once. */
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

export interface RestAnswer {
  /** HTTP status. */
  readonly status: number;
  readonly body: Uint8Array;
}

/** The host's REST interface, for callers who are trusted and use no network. */
export interface Rest {
  /**
   * Answers as the server would.
   * @throws {JobEngineError} CLOSING; TOO_LARGE (the answer); any other error: it broke off
   */
  call(request: RestRequest): Promise<RestAnswer>;
  /**
   * What the server would answer where the handler left it to a job: waits for that.
   * @throws {JobEngineError} NOT_FOUND
   */
  answer(request: Pick<RestRequest, "method" | "target">, job: JobAnswer): Promise<RestAnswer>;
  /** What the server would answer where the handler of `plugin` threw `error`. */
  refusal(
    request: Pick<RestRequest, "method" | "target">,
    plugin: string,
    error: JobEngineError,
  ): Promise<RestAnswer>;
}
