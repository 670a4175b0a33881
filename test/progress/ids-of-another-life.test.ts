import assert from "node:assert/strict";
import { once } from "node:events";
import { it } from "node:test";
import { Worker } from "node:worker_threads";

const progress = new URL("../../src/progress.ts", import.meta.url).href;

const script = `
  const { parentPort } = require("node:worker_threads");
  import(${JSON.stringify(progress)}).then(({ Task }) =>
    parentPort.postMessage(Array.from({ length: 20 }, () => new Task("Part", () => undefined).id)));
`;

async function oneLife(): Promise<readonly string[]> {
  const worker = new Worker(script, { eval: true });
  const [ids] = (await once(worker, "message")) as [string[]];
  await worker.terminate();
  return ids;
}

it("no part has the id of one of the life of its plugin before", async () => {
  const ids = [...(await oneLife()), ...(await oneLife())];
  assert.equal(new Set(ids).size, 40);
});
