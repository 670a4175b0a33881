import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { findsExactly } from "./broken-plugin.ts";

const startAndStop = ["start-and-stop"];

describe("a plugin that takes its process along", () => {
  it("crashes in stop: the case fails, with the signal and the phase", async () => {
    const { cases } = await findsExactly({ fault: "crashes-in-stop", only: startAndStop }, [
      "CRASHED",
    ]);
    assert.equal(cases[0]?.findings[0]?.what, "the process died of SIGABRT, during: close");
  });

  it("hangs in stop: the case ends after its time", async () => {
    const hangs = { fault: "hangs-in-stop", only: startAndStop, timeoutMs: 6_000 };
    const { cases } = await findsExactly(hangs, ["HUNG"]);
    assert.equal(cases[0]?.findings[0]?.what, "nothing happened for 6 s, during: close");
  });

  it("calls exit in start", async () => {
    const { cases } = await findsExactly({ fault: "exits", only: startAndStop }, ["EXITED"]);
    assert.equal(cases[0]?.findings[0]?.what, "the process ended with exit code 3, during: start");
  });

  it("leaves a thread behind that calls the host after stop", async () => {
    await findsExactly({ fault: "thread-after-stop", only: startAndStop }, ["CALL_AFTER_STOP"]);
  });

  it("refuses to start", async () => {
    await findsExactly({ fault: "start-fails", only: startAndStop }, ["START_FAILED"]);
  });

  it("does not listen to a cancel", async () => {
    await findsExactly({ fault: "never-stops", only: ["cancel-and-resubmit"] }, [
      "NEVER_STOPS",
      "SLOW_STOP",
    ]);
  });

  it("waits in a step for ever: named when the host has closed", async () => {
    await findsExactly({ fault: "waits-for-ever", only: ["jobs"] }, [
      "NEVER_STOPS",
      "UNRETURNED_CALLBACK",
    ]);
  });
});
