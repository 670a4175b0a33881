import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { InProcessRest } from "../../../src/http/in-process.ts";
import { ask, basic, cheapHash, guardedApp, madeToken } from "./guarded-app.ts";

const hourMs = 3_600_000;
const good = madeToken();
const old = madeToken();
const doors = {
  users: {
    alice: { password: await cheapHash("wonder: land ✓") },
  },
  tokens: {
    grafana: { hash: good.hash, scopes: ["read"], expires: Date.now() + hourMs },
    retired: { hash: old.hash, scopes: ["read"], expires: new Date(1_000).toISOString() },
  },
} as const;

describe("a host that asks who you are", () => {
  const unknown: readonly (readonly [string, string | null, RegExp])[] = [
    ["nothing", null, /asks who you are/],
    ["a wrong password", basic("alice", "wonder"), /name or the password is wrong/],
    ["no password", basic("alice", ""), /name or the password is wrong/],
    ["a name that nobody has", basic("bob", "wonder: land ✓"), /name or the password is wrong/],
    ["the name of an object's own", basic("__proto__", "x"), /name or the password is wrong/],
    ["Basic without a colon", `Basic ${btoa("alice")}`, /has no name and password/],
    ["Basic that is no base64", "Basic \x01", /has no name and password/],
    ["a token that is nobody's", "Bearer baton_x", /token is nobody's/],
    ["a token that has expired", `Bearer ${old.token}`, /token "retired" has expired/],
    ["a token's hash", `Bearer ${good.hash}`, /token is nobody's/],
    ["another scheme", "Digest username=alice", /neither Basic nor Bearer/],
    ["two of them", `Bearer ${good.token} ${good.token}`, /neither Basic nor Bearer/],
  ];
  for (const [what, authorization, details] of unknown) {
    it(`answers 401 to ${what}, and how to say it`, async () => {
      const told = await ask(guardedApp(doors), authorization);
      assert.deepEqual([told.status, told.code], [401, "NOT_AUTHENTICATED"]);
      assert.match(told.details, details);
      assert.deepEqual(told.challenges, [
        'Basic realm="Baton", charset="UTF-8"',
        'Bearer realm="Baton"',
      ]);
    });
  }

  it("answers so on every path, also those of nobody", async () => {
    const app = guardedApp(doors);
    for (const [method, path] of [
      ["GET", "/nowhere"],
      ["POST", "/jobs/cancel?state=Pending"],
      ["OPTIONS", "/jobs"],
      ["PROPFIND", "/jobs"],
      ["GET", "/jobs/x/../../nowhere"],
    ] as const) {
      assert.equal((await ask(app, null, [method, path])).status, 401, `${method} ${path}`);
    }
    assert.deepEqual(app.jobs.asked, []);
  });

  it("lets in whoever has a password, and a token", async () => {
    const app = guardedApp(doors);
    for (const authorization of [
      basic("alice", "wonder: land ✓"),
      basic("alice", "wonder: land ✓"),
      `bearer ${good.token}`,
    ]) {
      assert.equal((await ask(app, authorization)).status, 200, authorization);
    }
  });

  it("takes a password in clear, as Orthanc has it", async () => {
    const app = guardedApp({ users: { orthanc: { password: "orthanc" } } });
    assert.equal((await ask(app, basic("orthanc", "orthanc"))).status, 200);
    assert.equal((await ask(app, basic("orthanc", "Orthanc"))).status, 401);
  });

  it("takes letters for the same, however they are composed", async () => {
    const app = guardedApp({ users: { zoe: { password: await cheapHash("Zo\u00EB") } } });
    assert.equal((await ask(app, basic("zoe", "Zoe\u0308"))).status, 200);
  });

  it("asks nobody who is inside of the process", async () => {
    const rest = new InProcessRest(guardedApp(doors));
    const request = { method: "GET", target: "/jobs", headers: [], body: Buffer.of() };
    assert.equal((await rest.call(request)).status, 200);
  });

  it("asks nobody when it is told not to", async () => {
    assert.equal((await ask(guardedApp({ ...doors, authentication: false }), null)).status, 200);
  });

  it("names the way that it knows alone", async () => {
    const { challenges } = await ask(guardedApp({ tokens: doors.tokens }), null);
    assert.deepEqual(challenges, ['Bearer realm="Baton"']);
  });
});
