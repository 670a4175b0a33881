import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { get } from "node:http";
import { describe, it } from "node:test";
import { fileURLToPath } from "node:url";
import type { TokenOptions } from "../../src/http/doors/accounts.ts";
import type { Scope } from "../../src/http/doors/scopes.ts";
import { newToken, tokenHashText } from "../../src/http/doors/tokens.ts";
import { openHost, type JsonObject } from "../../src/index.ts";
import { openPluginHost, type PluginHarness } from "../../src/testing/index.ts";

const path = fileURLToPath(new URL("support/router.ts", import.meta.url));
const kinds = ["thread", "process"] as const;

/** A client that may do one thing. */
function clientOf(scope: Scope): { options: TokenOptions; headers: Record<string, string> } {
  const token = newToken();
  return {
    options: { hash: tokenHashText(token), scopes: [scope] },
    headers: { authorization: `Bearer ${token}` },
  };
}

const reader = clientOf("read");
const operator = clientOf("operate");

const digest = (bytes: Uint8Array): string =>
  `${bytes.byteLength} bytes ${createHash("sha256").update(bytes).digest("hex")}`;

/** Status, headers and body of every answer, but for what is the time's. */
async function answered(isolation: "none" | "thread" | "process"): Promise<Map<string, unknown>> {
  await using harness = await openPluginHost({ path, isolation });
  const names = (await harness.request("GET", "/answers")).json() as string[];
  const answers = new Map<string, unknown>();
  for (const name of names) {
    const { status, headers, body } = await harness.request("GET", `/answer/${name}`);
    const seen = Object.fromEntries([...headers].filter(([header]) => header !== "date"));
    answers.set(name, { status, seen, body: digest(body) });
  }
  const body = new Uint8Array(300_000).map((_, at) => at);
  const echo = await fetch(`${harness.host.url}/echo/a%20b/c?x=1&x=2&y=%C3%A4`, {
    method: "POST",
    headers: { "x-own": "mine" },
    body,
  });
  const asked = JSON.parse(echo.headers.get("x-asked") ?? "") as unknown;
  answers.set("echo", { asked, body: digest(await echo.bytes()), sent: digest(body) });
  return answers;
}

describe("the routes of an isolated plugin", async () => {
  const here = await answered("none");

  for (const kind of kinds) {
    it(`answer as they do without isolation, in a ${kind}`, async () => {
      const there = await answered(kind);
      for (const [name, answer] of here) assert.deepEqual(there.get(name), answer, name);
    });

    it(`are told by nobody outside where in the host a request comes from, in a ${kind}`, async () => {
      await using harness = await openPluginHost({ path, isolation: kind });
      const headers = { "Baton-Caller": "job", "x-own": "mine" };
      const echo = await fetch(`${harness.host.url}/echo/a`, { method: "POST", headers });
      const { own, caller } = JSON.parse(echo.headers.get("x-asked") ?? "") as JsonObject;
      assert.deepEqual([own, caller], ["mine", null]);
    });

    it(`are figures of the host if the plugin has said so, in a ${kind}`, async () => {
      await using harness = await openPluginHost({ path, isolation: kind });
      const answer = await harness.request("GET", "/metrics");
      assert.match(new TextDecoder().decode(answer.body), /^router_answers 3$/m);
    });

    it(`are panels if the plugin has said so, in a ${kind}`, async () => {
      await using harness = await openPluginHost({ path, isolation: kind });
      const told = (await harness.request("GET", "/plugins/router")).json();
      const { Panels } = told as { readonly Panels: unknown };
      assert.deepEqual(Panels, [{ Path: "/answers", Title: "Answers" }]);
    });

    it(`are for whom the plugin has said, in a ${kind}`, async () => {
      const tokens = { reader: reader.options, operator: operator.options };
      await using host = await openHost({
        plugins: [{ path, isolation: kind }],
        http: { port: 0, tokens },
      });
      const statuses = [reader, operator].map(async ({ headers }) => {
        return (await fetch(`${host.url}/guarded`, { headers })).status;
      });
      assert.deepEqual(await Promise.all(statuses), [403, 200]);
    });

    it(`make no more than is taken, and hear when nobody takes more, in a ${kind}`, async () => {
      await using harness = await openPluginHost({ path, isolation: kind });
      const { promise: responded, resolve } = Promise.withResolvers<() => void>();
      get(`${harness.host.url}/endless`, (response) => {
        response.once("readable", () => resolve(() => response.destroy()));
      });
      const leave = await responded;
      const before = await settled(harness);
      assert.ok(before < 500, `${before} chunks for somebody who reads nothing`);
      leave();
      for (;;) {
        const { isStopped } = (await harness.request("GET", "/endless-count")).json() as Count;
        if (isStopped) break;
      }
    });
  }
});

type Count = { readonly made: number; readonly isStopped: boolean };

/** How many chunks there are when no more are made. */
async function settled(harness: PluginHarness): Promise<number> {
  const count = async (): Promise<number> =>
    ((await harness.request("GET", "/endless-count")).json() as Count).made;
  let same = 0;
  let last = -1;
  while (same < 20) {
    const made = await count();
    same = made === last ? same + 1 : 0;
    last = made;
  }
  return last;
}
