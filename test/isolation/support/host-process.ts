/**
 * A host with one isolated plugin, in a process of its own: prints what its plugin's place says of
 * itself, then lives until it is killed or told to end.
 */
import { fileURLToPath } from "node:url";
import { openHost } from "../../../src/index.ts";

const crasher = fileURLToPath(new URL("crasher.ts", import.meta.url));
const [isolation = "process", way = "idle", path = crasher] = process.argv.slice(2);
const host = await openHost({
  plugins: [{ path, isolation: isolation as "process" }],
  http: { port: 0 },
  drainTimeoutMs: 200,
});
const who = await fetch(`${host.url}/crasher/who`);
const { pid } = (await who.json()) as { pid: number };
if (way === "endless") {
  const running = new Promise<void>((resolve) => {
    host.observe((event) => {
      if (event.kind === "changed" && event.job.state === "running") resolve();
    });
  });
  // Nobody is left over there who could answer.
  fetch(`${host.url}/crasher`, {
    method: "POST",
    body: JSON.stringify({ kind: "endless" }),
  }).catch(() => undefined);
  await running;
}
process.stdout.write(`${pid}\n`);
process.on("SIGTERM", () => {
  void host.close().then(() => process.stdout.write("closed\n"));
});
