import { messageOf } from "../core/thrown.ts";
import type { JobRecord } from "../core/job-record.ts";
import type { CallScope } from "../ports/call-scope.ts";
import { notMine } from "../ports/job.ts";
import type { Revived } from "../ports/runner.ts";
import type { Handles } from "./handles.ts";
import type { JobTypes } from "./job-types.ts";

export interface RevivalParts {
  readonly types: JobTypes;
  readonly handles: Handles;
  readonly scope: CallScope;
  /** Whether the host has begun to close, so that no job can be created any more. */
  readonly isClosing: () => boolean;
}

/** Makes the payload of a saved job again, through the plugin that registered its type. */
export class Revival {
  readonly #types: JobTypes;
  readonly #handles: Handles;
  readonly #scope: CallScope;
  readonly #isClosing: () => boolean;

  constructor({ types, handles, scope, isClosing }: RevivalParts) {
    this.#types = types;
    this.#handles = handles;
    this.#scope = scope;
    this.#isClosing = isClosing;
  }

  /**
   * From its last state; but a job that is to start over and has no `reset` any more from the one of
   * its submit. Never rejects: what `revive` does wrong fails the job. REQUIRES: the record has a state.
   */
  async revive(record: JobRecord): Promise<Revived> {
    const { currentState, submittedState, resetDue } = record;
    const revived = await this.#reviveFrom(record, currentState);
    if (revived.kind !== "revived" || !resetDue || revived.payload.canReset !== false)
      return revived;
    if (submittedState === null) return revived;
    await revived.payload.finalize();
    return this.#reviveFrom(record, submittedState);
  }

  async #reviveFrom(record: JobRecord, saved: Uint8Array | null): Promise<Revived> {
    const revive = this.#types.find(record);
    if (revive === null) return { kind: "not-mine" };
    // A copy, so that a plugin that writes into it cannot spoil what is stored.
    const state = new Uint8Array(saved ?? []);
    try {
      const handle = await this.#scope.enter("job", () => revive(record.type, state));
      if (handle === notMine) return { kind: "not-mine" };
      return { kind: "revived", payload: this.#handles.adopt(record.plugin, handle) };
    } catch (error) {
      if (this.#isClosing()) return { kind: "closing" };
      const why = messageOf(error);
      const message = `plugin "${record.plugin}" could not revive this "${record.type}" job: ${why}`;
      return { kind: "failed", error: { code: "CANNOT_REVIVE", message } };
    }
  }
}
