import { createHash } from "node:crypto";
import { definePlugin } from "../../../src/sdk.ts";

/** How the last upload came, chunk by chunk, and how it ended. */
const last = { chunks: 0, ended: "" };
let readOn: () => void = () => {};

/** POST /upload takes at most 3 MB, /slowly begins to read when it is told, /blindly reads nothing. */
export const plugin = definePlugin({
  name: "uploader",
  version: "1.0.0",
  start(host) {
    host.registerRoute("GET", "/last", () => ({ body: { ...last } }));
    host.registerRoute("POST", "/read-on", () => readOn());
    host.registerRoute(
      "POST",
      "/upload",
      async ({ body, headers }) => {
        const hash = createHash("sha256");
        last.chunks = 0;
        try {
          for await (const chunk of body) {
            last.chunks += 1;
            hash.update(chunk);
          }
          last.ended = "whole";
        } catch (error) {
          last.ended = error instanceof Error ? error.name : "";
          throw error;
        }
        return { body: { sum: hash.digest("hex"), own: headers["x-own"] ?? "" } };
      },
      { body: "stream", maxBytes: 3_000_000 },
    );
    host.registerRoute(
      "POST",
      "/slowly",
      async ({ body }) => {
        await new Promise<void>((resolve) => (readOn = resolve));
        let size = 0;
        for await (const chunk of body) size += chunk.length;
        return { body: { size } };
      },
      { body: "stream", maxBytes: null },
    );
    host.registerRoute("POST", "/blindly", () => ({ body: "none of it" }), {
      body: "stream",
      maxBytes: null,
    });
  },
});
