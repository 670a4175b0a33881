import assert from "node:assert/strict";
import { findBinding } from "../../../src/native/binding.ts";
import type {
  NativeAnswer,
  NativeBinding,
  NativeCore,
  NativeCoreOptions,
} from "../../../src/native/binding.ts";
import { flatOrders, readMessages } from "../../../src/native/flat.ts";
import type {
  NativeEntry,
  NativeJobInfo,
  NativeMessage,
  NativeOrders,
  NativeRow,
  NativeUnapplied,
} from "../../../src/native/messages.ts";

type Kind = NativeMessage["kind"];
type OfKind<K extends Kind> = Extract<NativeMessage, { kind: K }>;

export function binding(): NativeBinding {
  const found = findBinding();
  assert.ok(found !== null, "the host addon is not built: npm run build:addon");
  return found;
}

/** A core without an engine: messages are awaited, in order for each kind. */
export class Host {
  readonly core: NativeCore;
  wakes = 0;
  #pending: NativeMessage[] = [];
  #awake: (() => void)[] = [];

  constructor(options: Partial<NativeCoreOptions> = {}) {
    this.core = binding().createCore({
      slots: 2,
      durable: false,
      history: 10,
      limitJobs: 0,
      stepGraceMs: 5_000,
      config: "{}",
      ownCodes: [],
      call: refuseCall,
      ...options,
      wake: () => {
        this.wakes++;
        for (const resolve of this.#awake.splice(0)) resolve();
      },
    });
  }

  /** Loads and starts the plugin of probe.c. */
  start(library: string): this {
    const { name } = this.core.load(library);
    this.core.startLibrary(name);
    return this;
  }

  /** The next message of this kind, of this job if one is named. Others stay. */
  async next<K extends Kind>(kind: K, id?: string): Promise<OfKind<K>> {
    for (;;) {
      this.#read();
      const at = this.#pending.findIndex((message) => message.kind === kind && isOf(message, id));
      const found = this.#pending[at];
      if (found !== undefined) {
        this.#pending.splice(at, 1);
        return found as OfKind<K>;
      }
      await this.#wake();
    }
  }

  apply(orders: Partial<NativeOrders>): NativeUnapplied | null {
    const none = { publish: [], finalize: [], forget: [], admit: [] };
    return this.core.apply(flatOrders({ ...none, ...orders }));
  }

  admit(...entries: readonly NativeEntry[]): boolean {
    return this.apply({ admit: entries }) === null;
  }

  /** False: the job has no payload. */
  finalize(id: string): boolean {
    return this.apply({ finalize: [id] }) === null;
  }

  /** What the plugin answers to a request, as text. */
  async ask(method: string, path: string, body = ""): Promise<string> {
    const asked = this.core.startRequest({
      method,
      path,
      query: [],
      headers: [],
      body: new TextEncoder().encode(body),
    });
    assert.equal(asked.status, 0);
    return this.answerOf(asked.ticket);
  }

  async answerOf(ticket: number): Promise<string> {
    let text = "";
    for (;;) {
      const message = await this.#nextOf(ticket);
      if (message.kind === "response-chunk") text += new TextDecoder().decode(message.bytes);
      if (message.kind === "response-end") return message.status === 0 ? text : "failed";
    }
  }

  /** Submits a job of probe.c that is not saved. */
  async submit(script: string): Promise<NativeRow> {
    const said = await this.ask("POST", "/probe/jobs/plain", script);
    assert.match(said, /^0 /);
    const { row } = await this.next("submitted");
    assert.equal(`0 ${row.id}`, said);
    return row;
  }

  /** Runs a script that holds, until its step is in the plugin. */
  async hold(script: "h" | "x"): Promise<NativeRow> {
    const row = await this.submit(script);
    assert.equal(this.admit(entryFor(row)), true);
    assert.equal((await this.next("logged", row.id)).text, "holding");
    return row;
  }

  /** Closes as an engine does, and checks that no payload was lost. True: nothing was left alone. */
  close(timeoutMs = 10_000): boolean {
    this.core.beginClose();
    const isDone = this.core.finishClose(timeoutMs);
    this.checkCounts();
    this.core.destroy();
    return isDone;
  }

  checkCounts(): void {
    const { created, finalized, live, owed } = this.core.counts();
    assert.equal(created, finalized + live + owed);
  }

  #read(): void {
    for (;;) {
      const messages = readMessages(this.core.drain(true));
      if (messages.length === 0) return;
      this.#pending.push(...messages);
    }
  }

  async #nextOf(ticket: number): Promise<NativeMessage> {
    for (;;) {
      this.#read();
      const at = this.#pending.findIndex(
        (message) =>
          message.kind.startsWith("response") && Reflect.get(message, "ticket") === ticket,
      );
      const found = this.#pending[at];
      if (found !== undefined) {
        this.#pending.splice(at, 1);
        return found;
      }
      await this.#wake();
    }
  }

  async #wake(): Promise<void> {
    // The core does not keep the process alive.
    const alive = setInterval(() => {}, 1_000_000);
    await new Promise<void>((resolve) => {
      this.#awake.push(resolve);
    });
    clearInterval(alive);
  }
}

export function entryFor(row: NativeRow, changes: Partial<NativeEntry> = {}): NativeEntry {
  return {
    id: row.id,
    plugin: row.plugin,
    type: row.type,
    sequence: row.sequence,
    priority: row.priority,
    native: true,
    attempts: 0,
    maxAttempts: 1,
    stepTimeoutMs: 0,
    runtimeMs: 0,
    reset: false,
    state: row.submittedState,
    submittedState: null,
    progress: row.progress,
    content: row.content,
    finalizeSuccess: false,
    ...changes,
  };
}

export function infoFor(id: string, state: number): NativeJobInfo {
  return {
    id,
    type: "probe.script",
    state,
    requested: 0,
    priority: 0,
    attempts: 0,
    maxAttempts: 1,
    progress: 0,
    createdAt: 1_700_000_000_000,
    changedAt: 1_700_000_000_000,
    dueAt: 0,
    runtimeMs: 0,
    errorCode: "",
    errorMessage: "",
  };
}

/** NOT_FOUND */
export const refuseCall = (): NativeAnswer => ({ status: 10, info: null });

function isOf(message: NativeMessage, id: string | undefined): boolean {
  if (id === undefined) return true;
  return "id" in message && message.id === id;
}
