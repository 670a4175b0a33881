import { once } from "node:events";
import { createServer } from "node:net";

/** Below all that Linux gives to whoever asks for any port (from 32768): nobody gets one of these meanwhile. */
const first = 10_000;

/** Processes that run side by side have different ones: their numbers follow each other. */
const perProcess = 100;
const processes = 200;
const ours = first + (process.pid % processes) * perProcess;

let given = 0;

/** A port of this machine on which nobody listens now, for somebody who will: in another process, or later. */
export async function freePort(): Promise<number> {
  for (let tries = 0; tries < perProcess; tries += 1) {
    const port = ours + (given % perProcess);
    given += 1;
    if (await isFree(port)) return port;
  }
  throw new Error(`All ports from ${ours} to ${ours + perProcess - 1} are in use.`);
}

async function isFree(port: number): Promise<boolean> {
  const server = createServer().listen(port, "127.0.0.1");
  try {
    await once(server, "listening");
  } catch {
    return false;
  }
  server.close();
  await once(server, "close");
  return true;
}
