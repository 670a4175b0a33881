import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { HurriedHost } from "./support/hurried-host.ts";

for (const kind of ["thread", "process"] as const) {
  describe(`a plugin in a ${kind} that does not answer`, { timeout: 60_000 }, () => {
    it("gets so many requests and no more", async () => {
      const host = new HurriedHost();
      await host.add("talker", { kind });
      await host.begin();
      // What was answered does not count.
      const answered = Array.from({ length: 200 }, () =>
        host.request("POST /talker/log", {}, { lines: 0 }),
      );
      await Promise.all(answered);
      const ask = (): Promise<unknown> => host.request("GET /talker/slow");
      const hanging = Array.from({ length: 256 }, ask);
      const ends = Promise.allSettled(hanging);
      await assert.rejects(ask(), { code: "QUEUE_FULL" });
      await host.close();
      assert.ok((await ends).every(({ status }) => status === "rejected"));
    });
  });
}
