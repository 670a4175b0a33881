import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { AcknowledgementJournal } from "./acknowledgement-journal.ts";
import { journalOf, type Acknowledgement } from "./acknowledgement-record.ts";
import { Acknowledgements, type Lost } from "./acknowledgements.ts";
import type { TellDisk } from "./late-sync.ts";
import type { Fsync, QueueCall, QueueCalls, QueueReply, QueueThreadData } from "./messages.ts";
import { packAcknowledgements, unpackItem, type PackedItem } from "./packed.ts";
import { QueueFailed } from "./queue-failed.ts";

export { QueueFailed } from "./queue-failed.ts";

interface Waiting {
  readonly name: QueueCall;
  readonly resolve: (answer: never) => void;
  readonly reject: (error: QueueFailed) => void;
}

/**
 * The queue, on a thread of its own so that nobody waits for the disk on this one. What is answered
 * is safe.
 */
export class Queue {
  readonly #worker: Worker;
  readonly #onDisk: TellDisk;
  readonly #waiting = new Map<number, Waiting>();
  readonly #acknowledgements = new Acknowledgements((acknowledgements) =>
    this.#post("settleAll", { acknowledgements: packAcknowledgements(acknowledgements) }),
  );
  #last = 0;
  #isOver = false;

  private constructor(worker: Worker, onDisk: TellDisk) {
    this.#worker = worker;
    this.#onDisk = onDisk;
    worker.on("message", (reply: QueueReply) => this.#hear(reply));
    worker.on("error", (error: Error) => this.#end(error.message));
    worker.on("exit", () => this.#end("The queue is closed."));
  }

  /**
   * Opens the file, or makes it. `onDisk`: hears when what was acknowledged does not get to the disk, and
   * when it does again. @throws {QueueFailed} it cannot be opened
   */
  static async open(
    path: string,
    onDisk: TellDisk = () => {},
    fsync: Fsync = "group",
  ): Promise<Queue> {
    const entry = new URL(`queue-thread${extname(import.meta.url)}`, import.meta.url);
    const workerData: QueueThreadData = { path, fsync };
    const queue = new Queue(new Worker(entry, { workerData }), onDisk);
    try {
      const generation = await queue.call("journal", {});
      // What stands in the journal alone is not on the disk.
      const hasJournal = generation !== null && fsync === "group";
      queue.#acknowledgements.journal = hasJournal
        ? AcknowledgementJournal.open(journalOf(path), generation)
        : null;
      return queue;
    } catch (error) {
      await queue.#worker.terminate();
      throw error;
    }
  }

  /** @throws {QueueFailed} */
  call<Name extends QueueCall>(
    name: Name,
    given: QueueCalls[Name]["given"],
  ): Promise<QueueCalls[Name]["answer"]> {
    // Whoever asks for something knows of what was acknowledged before.
    this.#acknowledgements.flush();
    return this.#post(name, given);
  }

  /**
   * That an instance was taken outlives this process when it returns; whoever asks the queue later sees it.
   * `lost`: hears what could not be committed, and has to see to it. False: it was not noted, settle it.
   */
  acknowledge(acknowledgement: Acknowledgement, lost: Lost): boolean {
    return !this.#isOver && this.#acknowledgements.add(acknowledgement, lost);
  }

  #post<Name extends QueueCall>(
    name: Name,
    given: QueueCalls[Name]["given"],
  ): Promise<QueueCalls[Name]["answer"]> {
    if (this.#isOver) {
      return Promise.reject(new QueueFailed("The queue is closed.", { isOver: true }));
    }
    const { promise, resolve, reject } = Promise.withResolvers<QueueCalls[Name]["answer"]>();
    const number = (this.#last += 1);
    this.#waiting.set(number, { name, resolve, reject });
    this.#worker.postMessage({ number, name, given });
    return promise;
  }

  /** What was asked before is answered before. */
  async close(): Promise<void> {
    if (this.#isOver) return;
    this.#acknowledgements.flush();
    const { promise, resolve } = Promise.withResolvers<void>();
    this.#worker.once("exit", () => resolve());
    this.#worker.postMessage(null);
    await promise;
  }

  #hear(reply: QueueReply): void {
    if (reply.kind === "disk") {
      this.#onDisk(reply.trouble);
      return;
    }
    const waiting = this.#waiting.get(reply.number);
    this.#waiting.delete(reply.number);
    if (waiting === undefined) return;
    if (reply.kind === "done") waiting.resolve(unpacked(waiting.name, reply.answer) as never);
    else waiting.reject(new QueueFailed(reply.message, reply));
  }

  #end(message: string): void {
    if (!this.#isOver) this.#acknowledgements.close();
    this.#isOver = true;
    const failure = new QueueFailed(message, { isOver: true });
    for (const { reject } of this.#waiting.values()) reject(failure);
    this.#waiting.clear();
  }
}

const unpacked = (name: QueueCall, answer: unknown): unknown =>
  name === "claim" ? (answer as readonly PackedItem[]).map(unpackItem) : answer;
