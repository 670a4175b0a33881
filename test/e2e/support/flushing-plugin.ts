/** The text of a plugin whose jobs are committed, and which can flush a file on the loop itself. */
export const flushingPlugin = `
import { closeSync, fsyncSync, openSync } from "node:fs";
export const plugin = {
  name: "flushing",
  version: "1.0.0",
  start(host) {
    const step = async (own, run) => {
      own.count += 1;
      await run.checkpoint(JSON.stringify(own));
      return own.count < 2 ? { kind: "continue" } : { kind: "success" };
    };
    host.registerRoute("POST", "/job", async () => {
      const getSerialized = (own) => JSON.stringify(own);
      const job = host.createJob({ type: "flushing", payload: { count: 0 }, step, getSerialized });
      return { body: (await host.submitJobAndWait(job)).state };
    });
    host.registerRoute("POST", "/flush", () => {
      const file = openSync(new URL("flushed.txt", import.meta.url), "w");
      fsyncSync(file);
      closeSync(file);
      return { body: "flushed" };
    });
  },
};
`;
