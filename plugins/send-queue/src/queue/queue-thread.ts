/**
 * The entry of the queue's thread, which owns its database. What has arrived while one commit ran
 * shares the next: nothing is answered before it is on the disk, or, if it may be late, written.
 */
import { DatabaseSync } from "node:sqlite";
import {
  parentPort,
  receiveMessageOnPort,
  workerData,
  type MessagePort,
} from "node:worker_threads";
import { journalOf, settlementOf } from "./acknowledgement-record.ts";
import { TooMany } from "./capacity.ts";
import { diskOf, isLateWrite, LateSync, mayBeLate, needsAll } from "./late-sync.ts";
import type { Item } from "./item.ts";
import type { QueueCalls, QueueReply, QueueMessage, QueueThreadData } from "./messages.ts";
import { packItem, unpackAcknowledgements } from "./packed.ts";
import { QueueFile } from "./queue-file.ts";
import { replay } from "./replay.ts";
import { ownAlone } from "./sole-owner.ts";

/** So many calls share a transaction at most. */
const groupSize = 1_024;

if (parentPort === null) throw new Error("queue-thread is the entry of a worker");
const { path, fsync } = workerData as QueueThreadData;
const lock = ownAlone(path);
// What is committed stands in the log beside the database until a checkpoint, which syncs both.
const owner = parentPort;
const late = new LateSync(() => diskOf(`${path}-wal`), {
  tell: (trouble) => owner.postMessage({ kind: "disk", trouble } satisfies QueueReply),
});
const database = new QueueFile(new DatabaseSync(path));
const generation = replay(database, journalOf(path));
serve(owner, database);

function serve(port: MessagePort, file: QueueFile): void {
  port.on("message", (first: QueueMessage | null) => {
    const group = [first, ...waiting(port)];
    const calls = group.filter((call) => call !== null);
    for (const reply of perform(file, calls)) port.postMessage(reply);
    if (calls.length < group.length) {
      file.close();
      late.close();
      lock.close();
      port.close();
    }
  });
}

function waiting(port: MessagePort): (QueueMessage | null)[] {
  const calls: (QueueMessage | null)[] = [];
  while (calls.length < groupSize) {
    const next = receiveMessageOnPort(port);
    if (next === undefined) break;
    calls.push(next.message as QueueMessage | null);
  }
  return calls;
}

/** All together; if that fails each by itself, so that one keeps no other back. */
function perform(file: QueueFile, calls: readonly QueueMessage[]): readonly QueueReply[] {
  try {
    return inTransaction(file, calls);
  } catch (error) {
    if (calls.length === 1) return calls.map((call) => withoutDisk(file, call, error));
    return calls.flatMap((call) => perform(file, [call]));
  }
}

/** What was taken is known to this thread only: given back it is, or it would wait for the next start. */
function withoutDisk(
  file: QueueFile,
  { number, name, given }: QueueMessage,
  error: unknown,
): QueueReply {
  if (name !== "release") return failed(number, error);
  file.release(given.ids);
  return { number, kind: "done", answer: undefined };
}

function inTransaction(file: QueueFile, calls: readonly QueueMessage[]): readonly QueueReply[] {
  if (calls.length === 0) return [];
  const isLate = mayBeLate(calls, fsync);
  if (needsAll(calls)) late.now();
  file.begin(isLate);
  try {
    const replies = calls.map((call): QueueReply => {
      return { number: call.number, kind: "done", answer: answerOf(file, call) };
    });
    file.commit();
    if (isLate && calls.some(({ name }) => isLateWrite(name))) late.written();
    return replies;
  } catch (error) {
    file.rollback();
    throw error;
  }
}

function answerOf(file: QueueFile, { name, given }: QueueMessage): unknown {
  switch (name) {
    case "keep":
      return file.entering.keep(given.instance, given.now);
    case "limit":
      return file.entering.limit(given.most);
    case "heldInstances":
      return file.reader.heldInstances(given.ids);
    case "enter":
      return file.entering.enter(given);
    case "arrive":
      return file.entering.arrive(given.arrivals, given.taken, given.now);
    case "isTaken":
      return file.entering.isTaken(given.file);
    case "takenFiles":
      return file.entering.takenFiles();
    case "forgetTaken":
      return file.entering.forgetTaken(given.file);
    case "isOnlyVersion":
      return file.reader.isOnlyVersion(given.sopInstance, given.hash);
    case "unsent":
      return file.entering.unsent(given.destination, given.hashes);
    case "claim":
      return claimed(file, given).map(packItem);
    case "release":
      return file.release(given.ids);
    case "settle":
      return file.settleAll([given]);
    case "settleAll":
      return file.settleAll(unpackAcknowledgements(given.acknowledgements).map(settlementOf));
    case "journal":
      return generation;
    case "counts":
      return file.reader.counts(given.request);
    case "prospect":
      return given.isStrict
        ? file.prospects.inOrder(given.request)
        : file.prospects.of(given.request);
    case "instanceIds":
      return file.reader.instanceIds(given.request, given.limit);
    case "items":
      return file.reader.items(given.filter, given.limit);
    case "totals":
      return file.reader.totals();
    case "requeue":
      return file.requeue(given.filter, given.now);
    case "remove":
      return file.remove(given.filter, given.now);
    case "move":
      return file.moves.move(given.filter, given.to, given.now);
    case "divert":
      return file.moves.divert(given, given.before, given.now);
    case "expire":
      return file.upkeep.expire(given.destination, given.before, given.now);
    case "cancel":
      return file.upkeep.cancel(given.request, given.now, given.before);
    case "purge":
      return file.upkeep.purge(given.destination, given.before, given.now);
    case "oldErrors":
      return file.upkeep.oldErrors(given.before);
    case "setPaused":
      return file.upkeep.setPaused(given.destination, given.isPaused);
    case "askCommitment":
      return file.commitments.ask(given, given.limit, given.now);
    case "commitmentTaken":
      return file.commitments.taken(given.transaction);
    case "forgetTransaction":
      return file.commitments.forget(given.transaction);
    case "forgetTransactions":
      return file.commitments.forgetOld(given.destination, given.before, given.isStart);
    case "reportCommitment":
      return file.commitments.report(given.report, given.now);
    case "paused":
      return file.upkeep.paused();
    case "setJob":
      return file.setJob(given.request, given.job);
    case "isAwaited":
      return file.reader.isAwaited(given.destination);
    case "place":
      return file.reader.place(given.request);
    case "places":
      return file.reader.places(given.destination);
    case "openRequests":
      return file.reader.openRequests();
    case "unneeded":
      return file.unneeded(given.limit, given.before, given);
    case "isSpooled":
      return file.reader.isSpooled(given.hash);
    case "spooled":
      return file.reader.spooled();
  }
}

const claimed = (
  file: QueueFile,
  { request, now, limit, isStrict = false }: QueueCalls["claim"]["given"],
): readonly Item[] =>
  isStrict ? file.claimInOrder(request, now, limit) : file.claim(request, now, limit);

/** SQLite's code of a full disk. */
const sqliteFull = 13;

function failed(number: number, error: unknown): QueueReply {
  if (error instanceof TooMany) {
    return { number, kind: "failed", message: error.message, isFull: true };
  }
  const isFull = error instanceof Error && "errcode" in error && error.errcode === sqliteFull;
  const words = error instanceof Error ? error.message : String(error);
  const message = isFull ? "The disk of the queue is full." : words;
  return { number, kind: "failed", message, isFull };
}
