import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { destinationBackOff } from "../../src/policy/back-off.ts";
import { closedBreaker, failed } from "../../src/policy/breaker.ts";
import { judgeProbe, judgeServer, waitOf } from "../../src/policy/http-status.ts";
import { judgeStow, partsOf, type StowReply } from "../../src/policy/stow-verdict.ts";
import { readStowAnswer } from "../../src/stow/stow-answer.ts";

const now = Date.UTC(2026, 0, 1);

describe("what the status of an answer to a STOW means for an instance it does not tell of", () => {
  for (const [status, alone, together] of [
    [200, "instance transient UNCONFIRMED", "same"],
    [202, "instance transient UNCONFIRMED", "same"],
    [204, "instance transient UNCONFIRMED", "same"],
    [301, "destination configuration HTTP 301", "same"],
    [400, "instance permanent HTTP 400", "unsettled"],
    [401, "destination configuration HTTP 401", "same"],
    [403, "destination configuration HTTP 403", "same"],
    [404, "destination configuration HTTP 404", "same"],
    [405, "destination configuration HTTP 405", "same"],
    [406, "destination configuration HTTP 406", "same"],
    [407, "destination configuration HTTP 407", "same"],
    [408, "destination transient HTTP 408", "same"],
    [409, "instance permanent HTTP 409", "unsettled"],
    [411, "destination configuration HTTP 411", "same"],
    [413, "instance permanent HTTP 413", "unsettled"],
    [415, "destination configuration HTTP 415", "same"],
    [422, "instance permanent HTTP 422", "unsettled"],
    [425, "destination transient HTTP 425", "same"],
    [429, "destination transient HTTP 429", "same"],
    [500, "destination transient HTTP 500", "same"],
    [501, "destination configuration HTTP 501", "same"],
    [503, "destination transient HTTP 503", "same"],
    [507, "destination transient HTTP 507", "same"],
  ] as const) {
    it(`${status}: ${alone}`, () => {
      const reply = { status, waitMs: null, answer: null };
      assert.equal(described(reply, true), alone);
      assert.equal(described(reply, false), together === "same" ? alone : together);
    });
  }
});

describe("what an answer says of an instance by its UID counts, whatever the status", () => {
  const answer = readStowAnswer(
    Buffer.from(
      JSON.stringify({
        "00081199": { Value: [uid("a"), uid("b", 0xb006), uid("f")] },
        "00081198": {
          Value: [
            uid("c", 0xa700),
            uid("d", 0x0111),
            uid("e", 0),
            uid("f", 0xc001),
            uid("g", 0x0210),
          ],
        },
      }).replaceAll("00081196", "00081197"),
    ),
  );
  const told = readStowAnswer(
    Buffer.from(JSON.stringify([{ "00081199": { Value: [uid("a"), uid("b", 0xb006)] } }])),
  );

  for (const [of, verdict] of [
    ["a", "delivered"],
    ["c", "destination transient A700"],
    ["d", "delivered"],
    ["e", "instance transient 0000"],
    ["f", "instance doubtful C001"],
    ["g", "instance transient 0210"],
  ] as const) {
    it(`${of}: ${verdict}`, () => {
      for (const status of [200, 202, 409, 503]) {
        assert.equal(described({ status, waitMs: null, answer }, true, of), verdict);
      }
    });
  }

  it("a list with one data set is an answer, too, and warnings are kept", () => {
    assert.equal(
      described({ status: 200, waitMs: null, answer: told }, true, "b"),
      "delivered B006",
    );
  });

  it("what is no such answer is none", () => {
    for (const text of ["", "null", "5", "[]", "[{},{}]", "{}", '{"00081155":{"vr":"UI"}}', "{"]) {
      assert.equal(readStowAnswer(Buffer.from(text)), null, text);
    }
    const odd = readStowAnswer(Buffer.from('{"00081199":{"Value":[null,5,{"00081155":7}]}}'));
    assert.deepEqual(odd?.stored, new Map());
  });
});

describe("how refused batches become smaller", () => {
  it("those of which nothing was said are halved, if something was said of others they stay together", () => {
    assert.deepEqual(partsOf([1, 2, 3], 3), [[1, 2], [3]]);
    assert.deepEqual(partsOf([1, 2, 3], 5), [[1, 2, 3]]);
    assert.deepEqual(partsOf([1, 2], 2), [[1], [2]]);
    assert.deepEqual(partsOf([], 4), []);
  });
});

describe("how long a server is left alone", () => {
  it("as long as it says, in seconds or until a date, within a second and a day", () => {
    assert.equal(waitOf("120", now), 120_000);
    assert.equal(waitOf("Thu, 01 Jan 2026 00:00:30 GMT", now), 30_000);
    assert.equal(waitOf("0", now), 1_000);
    assert.equal(waitOf("99999999", now), 86_400_000);
    assert.equal(waitOf("soon", now), null);
    assert.equal(waitOf(null, now), null);
  });

  it("a minute without resources, a quarter of an hour misconfigured", () => {
    const world = { now: 0, random: 0.5, backOff: destinationBackOff };
    const waits = [429, 507, 503, 401].map((status) => {
      const breaker = failed(closedBreaker, judgeServer(status, null), world);
      return breaker.kind === "open" ? breaker.until : 0;
    });
    assert.deepEqual(waits, [60_000, 60_000, 5_000, 900_000]);
  });

  it("whoever answers a probe and lets us in is there", () => {
    assert.deepEqual(
      [200, 204, 400, 404, 405, 501].filter((status) => !isThere(status)),
      [],
    );
    assert.deepEqual([302, 401, 403, 407, 429, 500, 503].filter(isThere), []);
  });
});

function uid(of: string, reason?: number): object {
  return {
    "00081155": { vr: "UI", Value: [of] },
    ...(reason === undefined ? {} : { "00081196": { vr: "US", Value: [reason] } }),
  };
}

function described(reply: StowReply, isOnly: boolean, of = "x"): string {
  const verdict = judgeStow(reply, of, isOnly);
  switch (verdict.kind) {
    case "unsettled":
      return "unsettled";
    case "delivered":
      return ["delivered", ...(verdict.warning === null ? [] : [verdict.warning])].join(" ");
    case "failed": {
      const { scope, kind, code } = verdict.failure;
      return `${scope} ${kind} ${code}`;
    }
  }
}

const isThere = (status: number): boolean => judgeProbe(status, null) === null;
