import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { readConfig, type Config } from "../../src/cli/config.ts";
import { followFiles } from "../../src/cli/live-doors.ts";
import { newToken, tokenHashText } from "../../src/http/doors/tokens.ts";
import { eventually } from "../native/support/host-eventually.ts";
import { testFolder, type TestFolder } from "./baton-process.ts";

type Read = Extract<Config, { readonly kind: "read" }>;

const token = { Hash: tokenHashText(newToken()), Scopes: ["read"] };

/** Of a host that hears of the files, and whose certificate is broken while `isBroken`. */
class Followed implements Disposable {
  readonly known: string[] = [];
  readonly errors: string[] = [];
  renewals = 0;
  news = 0;
  isBroken = false;
  readonly #end: () => void;

  constructor(configFile: string, config: Read) {
    const host = {
      setAccounts: ({ tokens = {} }) => void this.known.push(Object.keys(tokens).join(" ")),
      renewCertificate: () => {
        this.renewals += 1;
        if (this.isBroken) throw new Error("half a certificate");
      },
    };
    const log = {
      error: (text: string) => void this.errors.push(text),
      info: () => void (this.news += 1),
      warn() {},
    };
    this.#end = followFiles(host, config, { configFile, since: 0, log });
  }

  [Symbol.dispose](): void {
    this.#end();
  }
}

async function follow(folder: TestFolder): Promise<Followed> {
  const file = await folder.write("baton.json", { UsersFile: "who.json" });
  await folder.write("who.json", { Tokens: { kept: token, revoked: token } });
  const config = await readConfig(file, true);
  assert.equal(config.kind, "read");
  const followed = new Followed(file, config);
  await eventually(() => followed.renewals === 1);
  assert.deepEqual(followed.known, ["kept revoked"]);
  return followed;
}

describe("files that are broken for a moment", () => {
  it("keep no token alive that was revoked meanwhile", async () => {
    await using folder = await testFolder();
    using followed = await follow(folder);
    await folder.write("baton.json", "{");
    await folder.write("who.json", { Tokens: { kept: token } });
    await eventually(() => followed.errors.length > 0);
    await folder.write("baton.json", { UsersFile: "who.json" });
    await eventually(() => followed.known.length > 1);
    assert.deepEqual(followed.known, ["kept revoked", "kept"]);
  });

  it("are tried again and told of once, if they are those of the certificate", async () => {
    await using folder = await testFolder();
    using followed = await follow(folder);
    followed.isBroken = true;
    await folder.write("who.json", { Tokens: { kept: token } });
    await eventually(() => followed.renewals === 4);
    assert.deepEqual(followed.errors, ["not all could be read again: half a certificate"]);
    followed.isBroken = false;
    await eventually(() => followed.news === 2);
    assert.deepEqual(followed.known, ["kept revoked", "kept"], "passwords are hashed but once");
  });
});
