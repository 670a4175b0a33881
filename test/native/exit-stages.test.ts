import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { text } from "node:stream/consumers";
import { after, before, describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { HostWorkshop } from "./support/host-workshop.ts";

const workshop = new HostWorkshop();
let library = "";
before(() => void (library = workshop.sharedLibrary("stages")));
after(() => workshop.remove());

const script = fileURLToPath(new URL("support/stage-child.ts", import.meta.url));

const stages: readonly (readonly [stage: string, sentence: string])[] = [
  ["created", "was created and not submitted"],
  ["store", "waits for the store in its submit"],
  ["pending", "waits for a slot"],
  ["revive", "is being revived"],
  ["step", "is in a step"],
  ["content", "is in a getter"],
  ["stop", "is being stopped"],
  ["finalize", "is being finalized"],
  ["route", "is about to be created in a route's handler"],
];

/** Every callback that is held there never returns: it is left alone, and nothing of it is touched. */
async function endOf(stage: string, ending: string): Promise<readonly unknown[]> {
  const path = workshop.file(`${stage}-${ending}.db`);
  const child = spawn(process.execPath, [script, stage, ending, library, path], {
    stdio: ["ignore", "pipe", "pipe"],
    timeout: 60_000,
    killSignal: "SIGKILL",
  });
  const said = text(child.stdout);
  const errors = text(child.stderr);
  const [code, signal] = (await once(child, "close")) as [number | null, string | null];
  if (signal !== null || (await said) === "") process.stderr.write(await errors);
  return [(await said).trim(), code, signal];
}

describe("while a native job", { concurrency: 2, timeout: 300_000 }, () => {
  for (const [stage, sentence] of stages) {
    it(`${sentence}, process.exit ends the process with its code`, async () => {
      assert.deepEqual(await endOf(stage, "exit"), ["reached", 5, null]);
    });

    it(`${sentence}, the end of its environment harms nobody else`, async () => {
      assert.deepEqual(await endOf(stage, "terminate"), ["reached 1", 0, null]);
    });
  }
});
