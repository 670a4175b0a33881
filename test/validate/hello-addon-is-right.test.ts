import { describe, it } from "node:test";
import { sampleIsRight } from "./all-ok.ts";

describe("hello-addon", { timeout: 300_000 }, () => {
  it("has nothing found in it", (test) =>
    sampleIsRight(test, "hello-addon", "addon", "hello_addon.node"));
});
