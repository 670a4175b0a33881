import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { openHost } from "../../../src/index.ts";
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
