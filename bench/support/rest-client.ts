// The clients of rest.ts, in a process of their own. It answers each line of its input with one:
// "get <url> <count> <connections>" with requests a second, "listen <url> <clients>" with "ready",
// "leave" with how many frames of events have come.
import { Agent, request, type IncomingMessage } from "node:http";
import { createInterface } from "node:readline";
import { once } from "node:events";

const listeners: ReturnType<typeof request>[] = [];
let frames = 0;

const commands: Readonly<Record<string, (...words: string[]) => Promise<string | number>>> = {
  async get(url = "", count = "", connections = "") {
    const agent = new Agent({ keepAlive: true, maxSockets: Number(connections) });
    const began = performance.now();
    let left = Number(count);
    const askOn = async (): Promise<void> => {
      for (; left > 0; await ask(url, agent)) left -= 1;
    };
    await Promise.all(Array.from({ length: Number(connections) }, askOn));
    agent.destroy();
    return (Number(count) / (performance.now() - began)) * 1_000;
  },

  async listen(url = "", clients = "") {
    frames = 0;
    await Promise.all(Array.from({ length: Number(clients) }, () => listen(url)));
    return "ready";
  },

  async leave() {
    for (const one of listeners.splice(0)) one.destroy();
    return frames;
  },
};

async function ask(url: string, agent: Agent): Promise<void> {
  const [response] = (await once(request(url, { agent }).end(), "response")) as [IncomingMessage];
  response.resume();
  await once(response, "end");
  if (response.statusCode !== 200) throw new Error(`${url} answered ${response.statusCode}`);
}

/** Resolves with the first frame. */
async function listen(url: string): Promise<void> {
  const sent = request(url, { agent: false }).end();
  listeners.push(sent);
  sent.on("error", () => undefined);
  const [response] = (await once(sent, "response")) as [IncomingMessage];
  response.on("error", () => undefined);
  response.on("data", (bytes: Buffer) => {
    if (bytes.includes("event: jobs")) frames += 1;
  });
  await once(response, "data");
}

for await (const line of createInterface(process.stdin)) {
  const [command = "", ...words] = line.split(" ");
  process.stdout.write(`${await commands[command]?.(...words)}\n`);
}
