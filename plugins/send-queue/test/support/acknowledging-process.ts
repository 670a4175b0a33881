/**
 * Takes what waits of request "r1" in the queue at the first argument, and acknowledges as many of them as the
 * second says; then it is killed, before the database has heard of it. The rest are UIDs of those that it hears
 * to be lost before that: they wait again.
 */
import { Queue } from "../../src/queue/queue.ts";

const [path = "", count = "0", ...lost] = process.argv.slice(2);
const queue = await Queue.open(path);
const items = await queue.call("claim", { request: "r1", now: 10, limit: 1_000 });
for (const { id } of items.slice(0, Number(count))) {
  const isWritten = queue.acknowledge({ id, isToCommit: true, now: 11 }, () => {});
  if (!isWritten) throw new Error("It was not noted.");
}
if (lost.length > 0) {
  const transaction = "2.25.2";
  await queue.call("askCommitment", { destination: "pacs", transaction, limit: 100, now: 12 });
  const failed = lost.map((sopInstance) => ({ sopInstance, reason: 0x0112 }));
  await queue.call("reportCommitment", { report: { transaction, committed: [], failed }, now: 13 });
}
process.kill(process.pid, "SIGKILL");
