import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { Authentication, type Answer } from "../../../src/http/doors/authentication.ts";
import { FailedLogins } from "../../../src/http/doors/failed-logins.ts";
import { readUser } from "../../../src/http/doors/accounts.ts";
import { KnownPasswords } from "../../../src/http/doors/known-passwords.ts";
import { basic, cheapHash } from "./guarded-app.ts";

const user = readUser("alice", { password: await cheapHash("right") });

function guarded(): { authentication: Authentication; time: { now: number } } {
  const time = { now: 0 };
  const clock = (): number => time.now;
  const accounts = { users: new Map([["alice", user]]), tokens: new Map() };
  return { authentication: new Authentication(accounts, { wall: clock, steady: clock }), time };
}

const outcome = (answer: Answer): string =>
  answer.kind === "known" ? "known" : `${answer.why.status} ${answer.retryAfterMs ?? ""}`.trim();

describe("guessing passwords", () => {
  it("is slowed down after five, more with each, and forgotten after a quarter of an hour", async () => {
    const { authentication, time } = guarded();
    const guess = async (password = "wrong"): Promise<string> =>
      outcome(await authentication.identify(basic("alice", password), "192.0.2.1"));
    for (let number = 0; number < 5; number += 1) assert.equal(await guess(), "401");
    assert.equal(await guess(), "429 1000");
    assert.equal(await guess("right"), "429 1000", "nobody learns what is right meanwhile");
    time.now += 1_000;
    assert.equal(await guess(), "401");
    assert.equal(await guess(), "429 2000");
    time.now += 900_000;
    assert.equal(await guess("right"), "known");
  });

  it("counts guesses that are made at the same time", async () => {
    const { authentication } = guarded();
    const guesses = Array.from({ length: 20 }, async (_, number) =>
      authentication.identify(basic("alice", `wrong ${number}`), "192.0.2.1"),
    );
    const outcomes = (await Promise.all(guesses)).map(outcome);
    assert.equal(outcomes.filter((each) => each === "401").length, 5);
  });

  it("costs nobody else anything, nor whoever has logged in before", async () => {
    const { authentication } = guarded();
    const right = basic("alice", "right");
    assert.equal(outcome(await authentication.identify(right, "192.0.2.1")), "known");
    for (let number = 0; number < 9; number += 1) {
      await authentication.identify(basic("alice", "wrong"), "192.0.2.1");
    }
    const known = authentication.identify(right, "192.0.2.1");
    assert.ok(!(known instanceof Promise), "what is known is not checked again");
    assert.equal(outcome(known), "known");
    const other = await authentication.identify(basic("bob", "wrong"), "192.0.2.1");
    assert.equal(outcome(other), "401");
  });

  it("is slowed down over all names after fifty", () => {
    const failed = new FailedLogins(() => 0);
    for (let number = 0; number < 50; number += 1) {
      assert.equal(failed.waitOf("192.0.2.1", `name ${number}`), 0);
      failed.begin("192.0.2.1", `name ${number}`);
    }
    assert.equal(failed.waitOf("192.0.2.1", "another"), 1_000);
    assert.equal(failed.waitOf("192.0.2.2", "another"), 0);
  });

  it("checks few at a time, and refuses what would wait for long", async () => {
    const { authentication } = guarded();
    const guesses = Array.from({ length: 100 }, (_, number) =>
      authentication.identify(basic("alice", "wrong"), `192.0.2.${number}`),
    );
    // All of them are the same guess but for the address: it is checked once.
    assert.equal(new Set(guesses).size, 1);
    const others = Array.from({ length: 100 }, (_, number) =>
      authentication.identify(basic("alice", `wrong ${number}`), `198.51.100.${number}`),
    );
    const all = [...guesses, ...others].map(async (answer) => outcome(await answer));
    const outcomes = await Promise.all(all);
    assert.equal(outcomes.filter((each) => each === "429 1000").length, 35);
  });
});

describe("a password that was right", () => {
  it("is known for five minutes, and of a thousand the oldest is forgotten", () => {
    const time = { now: 0 };
    const known = new KnownPasswords(() => time.now);
    const first = known.keyOf("alice", "right");
    known.add(first);
    time.now = 299_999;
    assert.equal(known.has(first), true);
    time.now = 300_000;
    assert.equal(known.has(first), false);
    known.add(first);
    for (let number = 0; number < 1_000; number += 1) known.add(known.keyOf("alice", `${number}`));
    assert.equal(known.has(first), false);
    assert.equal(known.has(known.keyOf("alice", "0")), true);
  });

  it("is not mistaken for another name's", () => {
    const known = new KnownPasswords(() => 0);
    assert.notEqual(known.keyOf("ab", "c"), known.keyOf("a", "bc"));
    assert.notEqual(known.keyOf("a", "1"), new KnownPasswords(() => 0).keyOf("a", "1"));
  });
});
