import { frameBytes } from "../adapters/isolation/protocol/streams.ts";
import type { OpenOutput } from "../ports/runner.ts";
import type { Asking } from "./far-host.ts";

let last = 0;

/** Begins an output that the host keeps. Blocks until it has agreed. @throws {JobEngineError} as RunListener */
export function openFarOutput(
  host: Asking,
  opened: { readonly run: number; readonly key: string; readonly mime: string },
): OpenOutput {
  const output = (last += 1);
  host.block("openOutput", { ...opened, output });
  // What is called without waiting happens in order all the same.
  let before: Promise<unknown> = Promise.resolve();
  const afterwards = (act: () => Promise<void>): Promise<void> => {
    const done = before.then(act);
    before = done.catch(() => undefined);
    return done;
  };
  return {
    write: (bytes) => afterwards(() => writeFrames(host, output, bytes)),
    close: () => afterwards(() => host.ask("closeOutput", { output })),
    discard: () => afterwards(() => host.ask("discardOutput", { output })),
  };
}

async function writeFrames(host: Asking, output: number, bytes: Uint8Array): Promise<void> {
  for (let from = 0; from < bytes.byteLength; from += frameBytes) {
    // A copy: of a part, all that is behind it would cross.
    const frame = new Uint8Array(bytes.subarray(from, from + frameBytes));
    await host.ask("writeOutput", { output, bytes: frame });
  }
}
