/**
 * The entry of the process of an isolated native plugin: its main thread. It has the plugin, and runs
 * what the plugin wants to have run on its loop. Nobody needs it to be answered: the host is spoken to
 * by a thread of its own.
 */
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import { Link, type Message } from "../../adapters/isolation/protocol/link.ts";
import { PluginHome, type HomeCalls, type NoCalls } from "./plugin-home.ts";

/** The built package has no .ts files, and the compiler does not rewrite names like this one. */
const linkThread = new URL(
  `./link-thread${extname(new URL(import.meta.url).pathname)}`,
  import.meta.url,
);

// The terminal and the service manager signal all processes of a host; it ends its children itself.
for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const) process.on(signal, () => undefined);

const home = new PluginHome();
const worker = new Worker(linkThread, { execArgv: [], name: "baton-link" });
const link = new Link<NoCalls, HomeCalls>(
  { send: (message) => worker.postMessage(message), hold: () => undefined },
  {
    load: ({ file, settings }) => home.load(file, settings),
    start: () => home.start(),
    stop: () => home.stop(),
    end: () => home.end(),
  },
);
worker.on("message", (message: Message) => link.hear(message));
// Without it nobody is answered.
worker.once("exit", () => process.exit(1));
