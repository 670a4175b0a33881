import assert from "node:assert/strict";
import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, it } from "node:test";
import { BatonProcess } from "./baton-process.ts";

describe("baton jobs, of a host that asks who it is", { timeout: 60_000 }, () => {
  it("says so with a token, or with a user and a password, or is told how", async () => {
    const seen: (string | undefined)[] = [];
    const server = createServer(({ headers: { authorization } }, response) => {
      seen.push(authorization);
      response.statusCode = authorization === undefined ? 401 : 200;
      response.setHeader("content-type", "application/json");
      response.end(authorization === undefined ? "{}" : "[]");
    }).listen(0, "127.0.0.1");
    await once(server, "listening");
    const at = `127.0.0.1:${(server.address() as AddressInfo).port}`;
    try {
      await using nobody = new BatonProcess("jobs", "--url", `http://${at}`, "ls");
      await using user = new BatonProcess("jobs", "--url", `http://ann:p%40ss@${at}`, "ls");
      await using token = new BatonProcess("jobs", "--url", `http://${at}`, "--token", "abc", "ls");
      assert.deepEqual([await nobody.exit(), await user.exit(), await token.exit()], [4, 0, 0]);
      assert.match(nobody.lines("stderr").join(" "), /asks who you are; give --token, BATON_TOKEN/);
      assert.deepEqual(new Set(seen), new Set([undefined, "Bearer abc", "Basic YW5uOnBAc3M="]));
    } finally {
      server.close();
    }
  });
});
