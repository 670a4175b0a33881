import { describe, it } from "node:test";
import { sampleIsRight } from "./all-ok.ts";

describe("hello-c", { timeout: 300_000 }, () => {
  it("has nothing found in it", (test) => sampleIsRight(test, "hello-c", "library", "hello_c.so"));
});
