import { JobEngineError } from "../../core/errors.ts";
import { frameBytes } from "../../adapters/isolation/protocol/streams.ts";
import type { NativeInbox } from "../../adapters/native/inbox.ts";
import { statusOf } from "../../adapters/native/numbers.ts";
import type { NativeCore } from "../../native/binding.ts";
import type { NativeMessage } from "../../native/messages.ts";
import type { HostLink } from "./host-link.ts";

type Called = Extract<NativeMessage, { readonly kind: "output-called" }>;

/** Has the host write the outputs of native jobs. Their steps wait for each call, so none overlap. */
export class FarOutputs {
  readonly #core: NativeCore;
  readonly #link: HostLink;
  readonly #runOf: (id: string) => number | null;
  /** The numbers of those that are open, by job and key. */
  readonly #open = new Map<string, number>();
  #last = 0;

  constructor(core: NativeCore, link: HostLink, runOf: (id: string) => number | null) {
    this.#core = core;
    this.#link = link;
    this.#runOf = runOf;
  }

  open(inbox: NativeInbox): void {
    inbox.hear({ "output-called": (called) => void this.#serve(called) });
  }

  async #serve(called: Called): Promise<void> {
    const status = await this.#do(called).then(() => 0, statusOf);
    if (called.ticket !== 0) this.#core.answer(called.ticket, status, null);
  }

  async #do({ id, call, key, mime, bytes }: Called): Promise<void> {
    const place = `${id}/${key}`;
    if (call === "open") return this.#begin(place, { id, key, mime });
    const output = this.#open.get(place);
    if (call !== "write") this.#open.delete(place);
    if (output === undefined) throw new JobEngineError("NOT_FOUND", `no output "${key}" is open`);
    if (call === "write") return this.#write(output, bytes);
    if (call === "close") return this.#link.ask("closeOutput", { output });
    const run = this.#runOf(id);
    const text = `the output "${key}" was not closed, so it is dropped`;
    if (run !== null) this.#link.tell("logged", { run, level: "warning", text, data: undefined });
    await this.#link.ask("discardOutput", { output });
  }

  async #begin(
    place: string,
    { id, key, mime }: { readonly id: string; readonly key: string; readonly mime: string },
  ): Promise<void> {
    const run = this.#runOf(id);
    if (run === null) throw new JobEngineError("WRONG_STATE", "the run is over");
    const output = (this.#last += 1);
    await this.#link.ask("openOutput", { run, output, key, mime });
    this.#open.set(place, output);
  }

  async #write(output: number, bytes: Uint8Array): Promise<void> {
    for (let from = 0; from < bytes.byteLength; from += frameBytes) {
      // A copy: of a part, all that is behind it would cross.
      const frame = new Uint8Array(bytes.subarray(from, from + frameBytes));
      await this.#link.ask("writeOutput", { output, bytes: frame });
    }
  }
}
