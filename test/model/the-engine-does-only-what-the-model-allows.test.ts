import { describe, it } from "node:test";
import { play, type WayBack } from "./play.ts";

const isLong = process.env["BATON_LONG"] === "1";

/** A sequence that failed, to play it again: the failure says which. */
const { BATON_SEED: seed, BATON_PATH: path, BATON_REPLAY: replayPath } = process.env;
const back: WayBack | null =
  seed === undefined || path === undefined || replayPath === undefined
    ? null
    : { seed: Number(seed), path, replayPath };

/** Random calls, step results, passing time, crashes, closings and faults of the store. */
describe(
  "whatever is done to a host, it does only what the model allows",
  { timeout: 3_600_000 },
  () => {
    it("with a store that keeps nothing", () => play("memory", isLong ? 4_000 : 100, back));

    it("with a durable store", () => play("double", isLong ? 6_000 : 160, back));

    it("with SQLite", () => play("sqlite", isLong ? 1_000 : 20, back));

    it("with SQLite and its thread", () => play("sqlite-thread", isLong ? 100 : 2, back));
  },
);
