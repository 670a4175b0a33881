import type { Host } from "../../../src/index.ts";
import { assertBalanced, type Counts } from "./host-counts.ts";

/** A host of native plugins whose payloads are counted when it has closed: each one was finalized, or is owed. */
export class CountedHost implements AsyncDisposable {
  readonly host: Host;
  readonly #counts: () => Counts;
  #isClosed = false;

  /** `counts`: what `watchCounts` answered before the host was opened. */
  protected constructor(host: Host, counts: () => Counts) {
    this.host = host;
    this.#counts = counts;
  }

  /** Of its payloads, once it is closed. */
  counts(): Counts {
    return this.#counts();
  }

  async close(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.host.close();
    assertBalanced(this.#counts());
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.close();
  }
}
