import { describe, it } from "node:test";
import { play, type Place } from "./play.ts";

const isLong = process.env["BATON_LONG"] === "1";

/** Of one that failed, to play it again: the failure says which. */
const { BATON_SEED: seed, BATON_PATH: path, BATON_REPLAY: replayPath } = process.env;
const place: Place | null =
  seed === undefined
    ? null
    : { seed: Number(seed), path: path ?? "", replayPath: replayPath ?? "" };

describe("whatever is done to a host", { timeout: 3_600_000 }, () => {
  it("without a durable store it does only what the model allows", () =>
    play("memory", isLong ? 5_000 : 120, place));

  it("with a durable store, and crashes, it does only what the model allows", () =>
    play("double", isLong ? 10_000 : 200, place));
});
