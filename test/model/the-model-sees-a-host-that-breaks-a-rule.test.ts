import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { runsUntilSeen } from "./play.ts";
import { sabotages } from "./real/sabotage.ts";

/** Far more sequences than it needs: the last of them is hardly ever played. */
const most = 500;

// What is tested here is the model: a host that breaks a rule must not get past it.
describe("the model sees it if", { timeout: 600_000 }, () => {
  for (const [rule, sabotage] of Object.entries(sabotages)) {
    it(rule, async () => {
      assert.notEqual(await runsUntilSeen(sabotage, most), null);
    });
  }
});
