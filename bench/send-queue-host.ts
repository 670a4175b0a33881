// A host with the send queue in a process of its own, for send-queue.ts: says where it is, and answers the
// line "rss" with the most memory that it has ever had, in bytes.
import { createInterface } from "node:readline";
import { plugin } from "../plugins/send-queue/src/index.ts";
import { openHost, type HostOptions } from "../src/index.ts";

const options = JSON.parse(process.argv[2] ?? "{}") as HostOptions;
const host = await openHost({ ...options, plugins: [plugin] });
process.stdout.write(`${host.url}\n`);
for await (const line of createInterface(process.stdin)) {
  if (line !== "rss") break;
  process.stdout.write(`${process.resourceUsage().maxRSS * 1_024}\n`);
}
await host.close();
