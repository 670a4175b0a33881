/**
 * The entry of the thread or process of an isolated plugin. It does what its host says until it is
 * told to end, or until its host is gone.
 */
import { extname } from "node:path";
import { isMainThread, Worker } from "node:worker_threads";
import { processChannel, threadChannel } from "./channel.ts";
import { servePlugin } from "./plugin-side.ts";

/** The built package has no .ts files, and the compiler does not rewrite names like this one. */
const watchdog = new URL(
  `./watchdog${extname(new URL(import.meta.url).pathname)}`,
  import.meta.url,
);

function startProcess(): void {
  // The terminal and the service manager signal all processes of a host; it ends its children itself.
  for (const signal of ["SIGINT", "SIGTERM", "SIGHUP"] as const)
    process.on(signal, () => undefined);
  // Even if a step never gives the event loop back.
  new Worker(watchdog, { execArgv: [], name: "baton-watchdog" }).unref();
  servePlugin(processChannel());
}

if (isMainThread) startProcess();
else servePlugin(threadChannel());
