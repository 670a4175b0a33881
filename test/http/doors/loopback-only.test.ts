import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openHost, type EngineEvent, type Host } from "../../../src/index.ts";
import { isLoopback } from "../../../src/http/doors/loopback.ts";

describe("a host", () => {
  for (const address of ["0.0.0.0", "::", "192.0.2.1", "baton.example.org", "localhost.example"]) {
    it(`does not start on ${address}, where other machines reach it`, async () => {
      await assert.rejects(openHost({ http: { address, port: 0 } }), {
        code: "CONFIG_INVALID",
        message: new RegExp(`the address ${address.replaceAll(".", "\\.")} is one that other`),
      });
    });
  }

  it("starts where only this machine reaches it", async () => {
    await using host = await openHost({ http: { address: "localhost", port: 0 } });
    assert.equal((await fetch(`${host.url}/jobs`)).status, 200);
  });

  it("refuses what is no option, and no name", async () => {
    const odd = { port: 0, remoteAcess: true };
    await assert.rejects(openHost({ http: odd }), /there is no option "remoteAcess" of http/);
    const http = { port: 0, allowedHosts: ["https://baton.example.org"] };
    await assert.rejects(openHost({ http }), /allowedHosts has https:\/\/baton\.example\.org;/);
  });
});

const open = (http: object): Promise<Host> => openHost({ http: { port: 0, ...http } });

describe("a host that other machines may reach", () => {
  it("does not start without anybody who may come in, and says how to make one", async () => {
    for (const address of [undefined, "127.0.0.1"]) {
      await assert.rejects(open({ remoteAccess: true, address }), {
        code: "CONFIG_INVALID",
        message: /no user and no token: make one with "baton user add <name>"/,
      });
    }
    await assert.rejects(open({ authentication: true }), /no user and no token/);
  });

  it("does not start when it is to ask nobody", async () => {
    const users = { alice: { password: "right" } };
    await assert.rejects(open({ remoteAccess: true, authentication: false, users }), {
      code: "CONFIG_INVALID",
      message: /authentication \("AuthenticationEnabled"\) cannot be false/,
    });
  });

  it("listens on every address and asks, on loopback too", async () => {
    const users = { alice: { password: "right" } };
    await using host = await open({ remoteAccess: true, users });
    assert.match(String(host.url), /^http:\/\/0\.0\.0\.0:/);
    const { port } = new URL(String(host.url));
    const url = `http://127.0.0.1:${port}/jobs`;
    assert.equal((await fetch(url)).status, 401);
    const headers = { authorization: `Basic ${btoa("alice:right")}` };
    assert.equal((await fetch(url, { headers })).status, 200);
  });

  it("warns of passwords that anybody in the network could read, and that stand in clear", async () => {
    const said: string[] = [];
    const observer = (event: EngineEvent): void => {
      if (event.kind === "logged" && event.level === "warning") said.push(event.text);
    };
    const users = { alice: { password: "right" } };
    await using remote = await openHost({ observer, http: { port: 0, remoteAccess: true, users } });
    assert.match(said.join("\n"), /^Other machines reach this host.*\n.*as they are: "alice";/);
    assert.ok(!said.join().includes("right"));
    await using local = await openHost({ observer, http: { port: 0 } });
    assert.equal(said.length, 2, `${remote.url} warns, ${local.url} has nothing to warn of`);
  });

  for (const [what, http, message] of [
    ["an empty password", { users: { alice: { password: "" } } }, /user "alice" has no password/],
    ["half a hash", { users: { a: { password: "$scrypt$x" } } }, /hash of the user "a" is none/],
    ["a name with a colon", { users: { "a:b": { password: "x" } } }, /"a:b" needs a name/],
    ["a name with a line's end", { users: { "a\n": { password: "x" } } }, /"a\\n" needs a name/],
    ["no hash", { tokens: { t: { hash: "x", scopes: [] } } }, /hash of the token "t" is none/],
    [
      "a time that is none",
      { tokens: { t: { hash: `sha256:${"0".repeat(64)}`, scopes: [], expires: "soon" } } },
      /the token "t" expires at soon, which is no time/,
    ],
  ] as const) {
    it(`does not start with ${what}`, async () => {
      await assert.rejects(open(http), { code: "CONFIG_INVALID", message });
    });
  }
});

describe("an address", () => {
  it("is this machine's alone, or not", () => {
    const local = ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1", "localhost", "LOCALHOST"];
    const reached = ["0.0.0.0", "::", "10.0.0.1", "::ffff:10.0.0.1", "fe80::1", "", "example.org"];
    assert.deepEqual(
      local.map(isLoopback),
      local.map(() => true),
    );
    assert.deepEqual(
      reached.map(isLoopback),
      reached.map(() => false),
    );
  });
});
