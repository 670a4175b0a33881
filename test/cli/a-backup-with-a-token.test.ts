import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { join } from "node:path";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import { newToken, tokenHashText } from "../../src/http/doors/tokens.ts";
import { openHost } from "../../src/index.ts";
import { testFolder } from "./baton-process.ts";

const command = fileURLToPath(new URL("../../src/cli/baton.ts", import.meta.url));

describe("baton backup", { timeout: 60_000 }, () => {
  it("says who it is with the token of BATON_TOKEN, and is told if that is not enough", async () => {
    await using folder = await testFolder();
    const [token, weak] = [newToken(), newToken()];
    const tokens = {
      backup: { hash: tokenHashText(token), scopes: ["operate"] },
      weak: { hash: tokenHashText(weak), scopes: ["read"] },
    } as const;
    const store = { kind: "sqlite", path: join(folder.path, "baton.db") } as const;
    await using host = await openHost({ store, http: { port: 0, tokens } });
    const copy = (own: string): Promise<string> => {
      const { promise, resolve } = Promise.withResolvers<string>();
      const file = join(folder.path, "copy.db");
      const args = [command, "backup", file, "--url", String(host.url)];
      const env = { ...process.env, BATON_TOKEN: own };
      execFile(process.execPath, args, { env }, (_error, stdout, stderr) =>
        resolve(stdout + stderr),
      );
      return promise;
    };
    assert.match(await copy(""), /made no backup: This host asks who you are\./);
    assert.match(await copy(weak), /made no backup: This needs the scope "operate"; "weak" has/);
    assert.match(await copy(token), /^0 jobs, \d+ bytes, in /);
  });
});
