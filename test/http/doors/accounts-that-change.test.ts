import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openHost, type Host, type HttpOptions } from "../../../src/index.ts";
import { createApp } from "../../../src/http/app.ts";
import { completeDoors } from "../../../src/http/doors/door-options.ts";
import { noRoutes, ScriptedJobs } from "../scripted-host.ts";
import { ask, basic, cheapHash, madeToken, type guardedApp } from "./guarded-app.ts";

const one = madeToken();
const other = madeToken();
const tokenOf = ({ hash }: typeof one): object => ({ hash, scopes: ["read"] });
const bearer = ({ token }: typeof one): string => `Bearer ${token}`;

function changing(options: HttpOptions): ReturnType<typeof guardedApp> & {
  readonly set: (accounts: HttpOptions) => void;
} {
  const doors = completeDoors(options, "127.0.0.1");
  const jobs = new ScriptedJobs();
  const app = createApp({ jobs, routes: noRoutes, onError: () => {}, doors });
  return { ...app, jobs, set: (accounts) => doors.accounts.set(accounts) };
}

describe("who may come in while the host runs", () => {
  it("may from the next request on, or may not", async () => {
    const app = changing({ tokens: { one: tokenOf(one) } } as HttpOptions);
    assert.equal((await ask(app, bearer(one))).status, 200);
    assert.equal((await ask(app, bearer(other))).status, 401);
    app.set({ tokens: { other: tokenOf(other) } } as HttpOptions);
    assert.equal((await ask(app, bearer(one))).status, 401);
    assert.equal((await ask(app, bearer(other))).status, 200);
  });

  it("is not known by an old password, however lately it was right", async () => {
    const [old, fresh] = [await cheapHash("old"), await cheapHash("fresh")];
    const app = changing({ users: { alice: { password: old } } });
    assert.equal((await ask(app, basic("alice", "old"))).status, 200);
    app.set({ users: { alice: { password: fresh } } });
    assert.equal((await ask(app, basic("alice", "old"))).status, 401);
    assert.equal((await ask(app, basic("alice", "fresh"))).status, 200);
    app.set({ users: { alice: { password: fresh, scopes: ["submit"] } } });
    assert.equal((await ask(app, basic("alice", "fresh"))).status, 403);
  });

  it("is not let in by a password that was taken away while it was checked", async () => {
    const app = changing({ users: { alice: { password: "dear to check" } } });
    const asked = ask(app, basic("alice", "dear to check"));
    // What comes after it is answered before.
    assert.equal((await ask(app, null)).status, 401);
    app.set({ users: { bob: { password: "fresh" } } });
    assert.equal((await asked).details, "What you sent is good no more.");
  });

  it("is asked as soon as there is somebody, and still if nobody is left", async () => {
    const app = changing({});
    assert.equal((await ask(app, null)).status, 200);
    app.set({ tokens: { one: tokenOf(one) } } as HttpOptions);
    assert.equal((await ask(app, null)).status, 401);
    app.set({});
    const { status, challenges } = await ask(app, bearer(one));
    assert.deepEqual([status, challenges.length], [401, 1]);
    assert.equal((await ask(app, null)).status, 401);
  });

  it("stays who it was if what is set cannot be", async () => {
    const app = changing({ tokens: { one: tokenOf(one) } } as HttpOptions);
    assert.throws(() => app.set({ users: { bob: { password: "" } } }), { code: "CONFIG_INVALID" });
    assert.equal((await ask(app, bearer(one))).status, 200);
  });

  it("still waits after failed logins", async () => {
    const app = changing({ users: { alice: { password: await cheapHash("right") } } });
    for (let i = 0; i < 5; i += 1) await ask(app, basic("alice", `wrong ${i}`));
    app.set({ users: { alice: { password: await cheapHash("new") } } });
    assert.equal((await ask(app, basic("alice", "wrong again"))).status, 429);
  });
});

/** Resolves when it is open; the answer with true when the host has ended it. */
async function listen(
  host: Host,
  authorization: string | null,
  signal: AbortSignal | null = null,
): Promise<{ readonly ended: Promise<boolean> }> {
  const headers = authorization === null ? {} : { authorization };
  const answer = await fetch(`${host.url}/events`, { headers, signal });
  assert.equal(answer.status, 200);
  const ended = answer.text().then(
    () => true,
    () => false,
  );
  return { ended };
}

const open = (http: object): Promise<Host> => openHost({ http: { port: 0, ...http } });

describe("a stream of events", () => {
  it("ends when its token is taken away; the others go on", async () => {
    await using host = await open({ tokens: { one: tokenOf(one), other: tokenOf(other) } });
    const leave = new AbortController();
    const goesOn = await listen(host, bearer(other), leave.signal);
    const ends = await listen(host, bearer(one));
    host.setAccounts({ tokens: { other: tokenOf(other) } } as HttpOptions);
    assert.equal(await ends.ended, true);
    leave.abort();
    assert.equal(await goesOn.ended, false);
  });

  it("ends when its token expires", async () => {
    const expires = Date.now() + 700;
    await using host = await open({ tokens: { one: { ...tokenOf(one), expires } } });
    assert.equal(await (await listen(host, bearer(one))).ended, true);
    assert.ok(Date.now() >= expires);
  });

  it("ends when its user may look no more", async () => {
    const password = await cheapHash("right");
    await using host = await open({ users: { alice: { password } } });
    const ends = await listen(host, basic("alice", "right"));
    host.setAccounts({ users: { alice: { password, scopes: ["submit"] } } });
    assert.equal(await ends.ended, true);
  });

  it("ends when everybody is asked who they are from then on", async () => {
    await using host = await open({});
    const ends = await listen(host, null);
    host.setAccounts({ tokens: { one: tokenOf(one) } } as HttpOptions);
    assert.equal(await ends.ended, true);
  });

  it("cannot be had of a host without a server, nor accounts", async () => {
    await using host = await openHost();
    assert.throws(() => host.setAccounts({}), { code: "UNSUPPORTED" });
    assert.throws(() => host.renewCertificate(), { code: "UNSUPPORTED" });
  });
});
