// A host with the send queue in a process of its own, with the heap that `baton serve` has, for send-queue.ts:
// says where it is, and answers the line "rss" with the most memory that it has ever had, in bytes.
import { createInterface } from "node:readline";
import { restartWithSmallHeap } from "../src/cli/small-heap.ts";
import type { HostOptions } from "../src/index.ts";

// Before anything is loaded that would have to be loaded again.
restartWithSmallHeap();
const { plugin } = await import("../plugins/send-queue/src/index.ts");
const { openHost } = await import("../src/index.ts");

const options = JSON.parse(process.argv[2] ?? "{}") as HostOptions;
const host = await openHost({ ...options, plugins: [plugin] });
process.stdout.write(`${host.url}\n`);
for await (const line of createInterface(process.stdin)) {
  if (line !== "rss") break;
  process.stdout.write(`${process.resourceUsage().maxRSS * 1_024}\n`);
}
await host.close();
