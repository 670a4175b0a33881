import { JobEngineError } from "../../core/errors.ts";
import { messageOf } from "../../core/thrown.ts";
import type { OutputWriter } from "../../ports/job.ts";
import type { OpenOutput } from "../../ports/runner.ts";

type Body = Uint8Array | string | AsyncIterable<Uint8Array>;

/** What the outputs of a step reach of its run. */
export interface OutputHost {
  openOutput(key: string, mime: string): OpenOutput;
  log(level: "error" | "warning", text: string): void;
}

/** The outputs that one step writes. */
export class StepOutputs {
  readonly #host: OutputHost;
  /** Neither closed nor dropped. A whole output that is being put closes itself. */
  readonly #open = new Map<OpenOutput, { readonly key: string; readonly closesItself: boolean }>();
  readonly #closing = new Set<Promise<void>>();
  /** Why an output of this key is not kept; a later one of the same key may be. */
  readonly #lost = new Map<string, unknown>();
  #isOver = false;

  constructor(host: OutputHost) {
    this.#host = host;
  }

  open(key: string, mime: string): OutputWriter {
    const output = this.#begin(key, mime, false);
    return {
      write: (bytes) => {
        const written = this.#write(output, key, bytes);
        // A write that nobody awaits must not end the process: the close fails the same way.
        written.catch(() => undefined);
        return written;
      },
      close: () => this.#track(key, () => this.#close(output, key)),
    };
  }

  put(key: string, mime: string, body: Body): Promise<void> {
    return this.#track(key, () => this.#put(key, mime, body));
  }

  /**
   * The step has returned: what is not closed is dropped, what is being closed is awaited.
   * @throws what kept an output from being kept, whether the step awaited it or not: a success
   * without what it was to put out would be none
   */
  async settle(): Promise<void> {
    for (const [output, { key, closesItself }] of this.#open) {
      if (closesItself) continue;
      this.#host.log("warning", `the output "${key}" was not closed, so it is dropped`);
      this.#drop(output);
    }
    await Promise.allSettled(this.#closing);
    this.abandon();
    for (const why of this.#lost.values()) throw why;
  }

  /** Nobody waits for the step any more: nothing of what it still writes is kept. */
  abandon(): void {
    this.#isOver = true;
    for (const output of this.#open.keys()) this.#drop(output);
  }

  #begin(key: string, mime: string, closesItself: boolean): OpenOutput {
    const output = this.#host.openOutput(key, mime);
    this.#open.set(output, { key, closesItself });
    return output;
  }

  async #put(key: string, mime: string, body: Body): Promise<void> {
    const output = this.#begin(key, mime, true);
    try {
      for await (const bytes of piecesOf(body, key)) {
        await this.#write(output, key, bytes);
      }
      await this.#close(output, key);
    } catch (error) {
      this.#open.delete(output);
      await output.discard();
      throw error;
    }
  }

  async #write(output: OpenOutput, key: string, bytes: Uint8Array | string): Promise<void> {
    this.#mustBeOpen(output, key);
    await output.write(bytesOf(bytes, key));
  }

  async #close(output: OpenOutput, key: string): Promise<void> {
    this.#mustBeOpen(output, key);
    this.#open.delete(output);
    await output.close();
  }

  #drop(output: OpenOutput): void {
    this.#open.delete(output);
    void output.discard();
  }

  #track(key: string, work: () => Promise<void>): Promise<void> {
    const closing = work();
    this.#closing.add(closing);
    closing.then(
      () => {
        this.#closing.delete(closing);
        this.#lost.delete(key);
      },
      (error: unknown) => {
        this.#closing.delete(closing);
        if (!isRefusal(error)) this.#lost.set(key, error);
        // A step that does not await it must hear of it, and must not end the process.
        this.#host.log("error", `the output "${key}" is not kept: ${messageOf(error)}`);
      },
    );
    return closing;
  }

  #mustBeOpen(output: OpenOutput, key: string): void {
    if (this.#open.has(output)) return;
    const why = this.#isOver ? "its step is over" : "it was closed before";
    throw new JobEngineError("WRONG_STATE", `the output "${key}" cannot be written: ${why}`);
  }
}

/** A call that was wrong: it has begun nothing that could be lost. */
function isRefusal(error: unknown): boolean {
  const { code } = Object(error) as { readonly code?: unknown };
  return error instanceof JobEngineError && (code === "INVALID_ARGUMENT" || code === "WRONG_STATE");
}

async function* piecesOf(body: Body, key: string): AsyncIterable<Uint8Array | string> {
  const isStream = typeof body === "object" && Symbol.asyncIterator in (body ?? {});
  if (isStream) yield* body as AsyncIterable<Uint8Array>;
  else yield bytesOf(body, key);
}

function bytesOf(piece: unknown, key: string): Uint8Array {
  if (piece instanceof Uint8Array) return piece;
  if (typeof piece === "string") return Buffer.from(piece);
  const detail = `the output "${key}" consists of bytes or text, not of ${typeof piece}`;
  throw new JobEngineError("INVALID_ARGUMENT", detail);
}
