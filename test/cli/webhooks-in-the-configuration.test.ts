import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { decodeConfig } from "../../src/cli/config.ts";

const place = { file: "baton.json", folder: "/", loadJobs: true };

void describe("Webhooks in a configuration", () => {
  void it("are those of the host", () => {
    const config = decodeConfig(
      { Webhooks: [{ Url: "http://a/" }, { Url: "http://b/", Events: ["success"], Secret: "s" }] },
      place,
    );
    assert(config.kind === "read");
    assert.deepEqual(config.options.webhooks, [
      { url: "http://a/" },
      { url: "http://b/", events: ["success"], secret: "s" },
    ]);
  });

  void it("are refused without a word of their secrets", () => {
    const config = decodeConfig({ Webhooks: [{ Secret: "hush", Url: 7 }] }, place);
    assert(config.kind === "refused");
    assert.match(config.sentence, /^baton\.json: "Webhooks" is not what it may be; allowed is/);
    assert.ok(!config.sentence.includes("hush"));
  });
});
