/** A host with the send queue in a process of its own: its options are the first argument, as JSON. */
import { openHost, type HostOptions } from "../../../../src/index.ts";
import { plugin } from "../../src/index.ts";

const options = JSON.parse(process.argv[2] ?? "{}") as HostOptions;
const host = await openHost({ ...options, plugins: [plugin] });
process.stdout.write(`${host.url}\n`);
