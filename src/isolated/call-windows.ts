import type { HostCalls } from "../adapters/isolation/protocol/calls.ts";
import type { SubmitOptions } from "../ports/job.ts";
import { CallWindow } from "./call-window.ts";

/** How many calls of a plugin may be under way at once. Waits have one of their own: they may take long. */
const most = { submits: 256, controls: 256, waits: 10_000 };

/**
 * The windows of a plugin's calls. Submits must not keep those back that make room for them, and those
 * that wait for room must not keep those back that do not: the steps that submit hold the slots.
 */
export class CallWindows {
  readonly #patient = new CallWindow(most.submits);
  readonly #hasty = new CallWindow(most.submits);
  readonly #controls = new CallWindow(most.controls);
  readonly #waits = new CallWindow(most.waits);

  /** Null: the call has none. */
  of(name: keyof HostCalls, question: unknown): CallWindow | null {
    if (name === "control" || name === "wake") return this.#controls;
    if (name === "wait") return this.#waits;
    if (name !== "submit") return null;
    const { options, wait } = question as Parameters<HostCalls["submit"]>[0];
    return wait === undefined ? this.ofSubmits(options) : this.#waits;
  }

  /** The window of those that do not wait for the end. */
  ofSubmits(options: SubmitOptions | undefined): CallWindow {
    // The options are the plugin's: the host says what is wrong with them.
    const given = options as Partial<SubmitOptions> | null | undefined;
    return given?.noWait === true ? this.#hasty : this.#patient;
  }

  /**
   * The host is closing: what stands in line is refused with CLOSING. Resolves when the submits that
   * were under way are answered, which the closing host does at once.
   */
  async close(): Promise<void> {
    void this.#controls.close();
    // A wait may outlast this; what it has submitted is the host's already, or is refused in time.
    void this.#waits.close();
    await Promise.all([this.#patient.close(), this.#hasty.close()]);
  }
}
