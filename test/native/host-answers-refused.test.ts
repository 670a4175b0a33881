import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import type { Host, HostOptions } from "../../src/index.ts";
import { Answerers, balanced, kinds, post } from "./support/host-answerers.ts";
import { textOf } from "../support/json-text.ts";

let answerers: Answerers;
before(() => void (answerers = new Answerers()));
after(() => answerers[Symbol.dispose]());

for (const kind of kinds) {
  const { file, isolation } = kind;
  const open = (options: HostOptions = {}): Promise<Host> => answerers.open(kind, options);

  describe(`answer_job refuses (${file}, isolation: ${isolation})`, { timeout: 60_000 }, () => {
    it("leaves a job that it refuses with the plugin, and says what is wrong with the request", async () => {
      await using host = await open();
      const refused = [
        ["send", '{"Synchronous":', /the body of the request is not JSON/],
        ["send", { Synchronous: "yes" }, /Synchronous is true or false, not "yes"/],
        ["send", { Permissive: 1 }, /Permissive is true or false, not 1/],
        ["send", { Priority: 1.5 }, /a priority is a whole number of 32 bits, not 1.5/],
        ["send", { Priority: 2147483648 }, /a priority is a whole number of 32 bits/],
        ["send?timeout=-1", {}, /timeout is 0 to 86400 seconds, not "-1"/],
        ["send?flags=2", { Synchronous: true }, /this job cannot be waited for/],
        ["send?null", {}, /the plugin's handler answered INVALID_ARGUMENT/],
      ] as const;
      for (const [path, body, words] of refused) {
        const answer = await post(host, path, body);
        assert.deepEqual([answer.status, host.jobs()], [400, []], answer.text);
        assert.match(textOf(answer.json["Details"]), words);
      }
      assert.equal((await post(host, "send?flags=4")).status, 501);
      await balanced(host, refused.length + 1);
    });

    it("answers a request once", async () => {
      await using host = await open();
      assert.equal((await post(host, "send?writes")).text, "already 9");
      for (const query of ["twice", "afterwards"]) {
        const answer = await post(host, `send?${query}`);
        assert.deepEqual([answer.status, answer.json], [200, { Sent: 3 }], answer.text);
        assert.equal(answer.headers.get("x-late"), null);
      }
    });

    it("answers a request that another native thread makes in the process", async () => {
      await using host = await open({ historySize: 0, failedHistorySize: 0 });
      assert.match((await post(host, "nested")).text, /"Sent": 3[^]* 200$/);
      assert.match((await post(host, "nested", { Asynchronous: true })).text, /"Path"[^]* 200$/);
      assert.match((await post(host, "nested?query=ends%3Dfails")).text, /REMOTE_REFUSED[^]* 500$/);
      const refused = await post(host, "nested", { Synchronous: "yes" });
      assert.match(refused.text, /Synchronous is true or false[^]* 400$/);
      await balanced(host, 4);
    });
  });
}
