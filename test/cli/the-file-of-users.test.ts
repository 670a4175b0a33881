import assert from "node:assert/strict";
import { join } from "node:path";
import { describe, it } from "node:test";
import { readConfig } from "../../src/cli/config.ts";
import { testFolder } from "./baton-process.ts";

describe("the file of users and tokens", () => {
  const hash = `sha256:${"0".repeat(64)}`;
  const users = {
    Users: { bob: { Password: "$scrypt$", Scopes: ["read"] } },
    Tokens: { ci: { Hash: hash, Scopes: ["submit"], Expires: "2030-01-31" } },
  };

  it("is read beside the configuration, with the users of that", async () => {
    await using folder = await testFolder();
    await folder.write("b.json", { RegisteredUsers: { alice: "x" } });
    await folder.write("baton-users.json", users);
    const config = await readConfig(join(folder.path, "b.json"), true);
    assert.ok(config.kind === "read");
    assert.deepEqual(config.options.http, {
      port: 8042,
      users: { alice: { password: "x" }, bob: { password: "$scrypt$", scopes: ["read"] } },
      tokens: { ci: { hash, scopes: ["submit"], expires: "2030-01-31" } },
    });
  });

  const refusals = [
    ['{ "UsersFile": "who.json" }', "{}", /who\.json, which "UsersFile" names, is not there;/],
    ['{ "RegisteredUsers": { "bob": "x" } }', JSON.stringify(users), /The user "bob" stands in/],
    ["{}", "{", /baton-users\.json is not JSON: /],
    ["{}", '{ "Tokens": { "ci": {} } }', /baton-users\.json is not one: \/Tokens\/ci must be/],
    ["{}", '{ "Tokens": { "ci": { "Hash": "x", "Scopes": ["all"] } } }', /\/Tokens\/ci\/Scopes/],
  ] as const;
  for (const [config, file, sentence] of refusals) {
    it(`is refused: ${file.slice(0, 40)} with ${config}`, async () => {
      await using folder = await testFolder();
      await folder.write("b.json", config);
      await folder.write("baton-users.json", file);
      const read = await readConfig(join(folder.path, "b.json"), true);
      assert.ok(read.kind === "refused");
      assert.match(read.sentence, sentence);
    });
  }
});
