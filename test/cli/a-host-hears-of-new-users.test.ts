import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { changeAccounts } from "../../src/cli/accounts-file.ts";
import { newToken, tokenHashText } from "../../src/http/doors/tokens.ts";
import { eventually } from "../native/support/host-eventually.ts";
import { BatonProcess, testFolder } from "./baton-process.ts";

const tokenOf = (token: string): object => ({ hash: tokenHashText(token), scopes: ["read"] });

async function statusOf(url: string, token: string | null): Promise<number> {
  const headers = token === null ? {} : { authorization: `Bearer ${token}` };
  const answer = await fetch(`${url}/jobs`, { headers });
  await answer.text();
  return answer.status;
}

describe("baton serve", () => {
  it("knows tokens as they come and go, and keeps what it has if the file is broken", async () => {
    await using folder = await testFolder();
    const config = { SaveJobs: false, HttpPort: 0, UsersFile: "who.json" };
    const file = await folder.write("baton.json", config);
    const users = await folder.write("who.json", {});
    const [first, second] = [newToken(), newToken()];
    const set = (tokens: object): Promise<null> =>
      changeAccounts(users, () => ({ after: { users: {}, tokens: { ...tokens } }, answer: null }));
    await using host = new BatonProcess("serve", "--config", file);
    const url = /http:\S+/.exec(await host.line("stdout", /listens on/))?.[0] ?? "";
    assert.equal(await statusOf(url, null), 200);
    await set({ first: tokenOf(first) });
    await eventually(async () => (await statusOf(url, null)) === 401);
    assert.equal(await statusOf(url, first), 200);
    await set({ second: tokenOf(second) });
    await eventually(async () => (await statusOf(url, first)) === 401);
    assert.equal(await statusOf(url, second), 200);
    await folder.write("who.json", "{");
    await host.line("stderr", /everything stays as it was: The file of users .* is not JSON/);
    assert.equal(await statusOf(url, second), 200);
    await folder.write("who.json", {});
    await host.line("stderr", /there is no user and no token/);
    assert.equal(await statusOf(url, second), 401);
  });

  it("reads them again at SIGHUP, with the users of its configuration", async () => {
    await using folder = await testFolder();
    const config = { SaveJobs: false, HttpPort: 0 };
    const file = await folder.write("baton.json", config);
    await using host = new BatonProcess("serve", "--config", file);
    const url = /http:\S+/.exec(await host.line("stdout", /listens on/))?.[0] ?? "";
    await folder.write("baton.json", { ...config, RegisteredUsers: { alice: "right" } });
    host.kill("SIGHUP");
    await eventually(async () => (await statusOf(url, null)) === 401);
    const authorization = `Basic ${btoa("alice:right")}`;
    assert.equal((await fetch(`${url}/jobs`, { headers: { authorization } })).status, 200);
  });
});
