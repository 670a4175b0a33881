import type { JobId } from "../../core/job-id.ts";
import { JobEngineError } from "../../core/errors.ts";
import type { OpenOutput, RunListener } from "../../ports/runner.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { NativeMessage } from "../../native/messages.ts";
import type { NativeInbox } from "./inbox.ts";
import { statusOf } from "./numbers.ts";
import type { NativeOrderBook } from "./order-book.ts";

type Called = Extract<NativeMessage, { readonly kind: "output-called" }>;

/**
 * Writes the outputs of native jobs, whose steps wait for each call: so they do not overlap. The core
 * says itself when a step has returned without closing one.
 */
export class NativeOutputs {
  readonly #core: Pick<NativeCore, "answer">;
  readonly #orders: Pick<NativeOrderBook, "flush">;
  /** Those that are open, by job and key. */
  readonly #open = new Map<string, OpenOutput>();
  #hasEnded = false;
  #isClosed = false;

  constructor(core: Pick<NativeCore, "answer">, orders: Pick<NativeOrderBook, "flush">) {
    this.#core = core;
    this.#orders = orders;
  }

  open(inbox: NativeInbox, listener: RunListener): void {
    inbox.hear({ "output-called": (called) => void this.#serve(called, listener) });
  }

  /** The job's step was left alone: nothing that it still writes is kept. */
  abandon(id: JobId): void {
    for (const [place, output] of this.#open) {
      if (!place.startsWith(`${id}/`)) continue;
      this.#open.delete(place);
      void output.discard();
    }
  }

  /** The host waits for steps no longer: what they still write is dropped; resolves when it is gone. */
  async end(): Promise<void> {
    this.#hasEnded = true;
    const left = [...this.#open.values()];
    this.#open.clear();
    await Promise.all(left.map((output) => output.discard()));
  }

  /** The core is about to be destroyed. */
  close(): void {
    this.#isClosed = true;
  }

  async #serve(called: Called, listener: RunListener): Promise<void> {
    const status = await this.#do(called, listener).then(() => 0, statusOf);
    // A host that has closed meanwhile has answered everybody.
    if (this.#isClosed || called.ticket === 0) return;
    this.#orders.flush();
    this.#core.answer(called.ticket, status, null);
  }

  async #do({ id, call, key, mime, bytes }: Called, listener: RunListener): Promise<void> {
    if (this.#hasEnded) throw new JobEngineError("CLOSING");
    const place = `${id}/${key}`;
    if (call === "open") {
      this.#open.set(place, listener.openOutput(id as JobId, key, mime));
      return;
    }
    const output = this.#open.get(place);
    if (call !== "write") this.#open.delete(place);
    if (output === undefined) throw new JobEngineError("NOT_FOUND", `no output "${key}" is open`);
    if (call === "write") return output.write(bytes);
    if (call === "close") return output.close();
    const text = `the output "${key}" was not closed, so it is dropped`;
    listener.logged(id as JobId, "warning", text);
    await output.discard();
  }
}
