import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { describe, it } from "node:test";
import { decodeConfig, readConfig } from "../../src/cli/config.ts";
import { parseCommentedJson } from "../../src/cli/json-text.ts";
import { nearest } from "../../src/cli/nearest.ts";
import type { HostOptions } from "../../src/index.ts";

const folder = resolve("/etc/baton");
const place = { file: "baton.json", folder, loadJobs: true };

function optionsOf(json: object, loadJobs = true): HostOptions {
  const config = decodeConfig(json, { ...place, loadJobs });
  assert.equal(config.kind, "read", config.kind === "refused" ? config.sentence : "");
  return config.kind === "read" ? config.options : {};
}

describe("a configuration", () => {
  it("that is empty leaves everything at its default", () => {
    assert.deepEqual(optionsOf({}), {
      store: { kind: "sqlite", path: join(folder, "BatonStorage", "baton.db"), load: true },
      http: { port: 8042 },
      plugins: [],
    });
  });

  it("has Orthanc's names for what a host can be told", () => {
    const json = {
      ConcurrentJobs: 0,
      LimitJobs: 500,
      MaxPayloads: 50,
      LimitPerType: { "hello.count": 1 },
      LimitPerKey: { "modality:*": 2 },
      JobsHistorySize: 25,
      FailedJobsHistorySize: 500,
      FailedJobsMaxAge: 0.5,
      Plugins: [
        "hello.ts",
        "../more/plugins",
        "/abs/c.ts",
        { Path: "d.ts" },
        { Path: "e.ts", Isolation: "process", HeapLimit: 64 },
      ],
      HttpPort: 0,
      HttpAddress: "::",
      RemoteAccessAllowed: true,
      AuthenticationEnabled: true,
      RegisteredUsers: { alice: "wonderland" },
      UsersFile: "who.json",
      AllowedHosts: ["baton.example.org"],
      SslEnabled: true,
      SslCertificate: "tls/baton.pem",
      SslCertificateKey: "/etc/key.pem",
      HttpLimits: { BodySize: 4096, HeadTimeout: 0.5 },
      IndexDirectory: "db",
      Durability: "process",
      DrainTimeout: 0.5,
      SubmitWait: 1.5,
      PluginSettings: { hello: { Greeting: { Text: "hi" } } },
    };
    assert.deepEqual(optionsOf(json), {
      store: {
        kind: "sqlite",
        path: join(folder, "db", "baton.db"),
        load: true,
        durability: "process",
      },
      http: {
        port: 0,
        address: "::",
        remoteAccess: true,
        authentication: true,
        users: { alice: { password: "wonderland" } },
        allowedHosts: ["baton.example.org"],
        tls: { certificate: join(folder, "tls/baton.pem"), key: resolve("/etc/key.pem") },
        limits: { bodyBytes: 4096, headTimeoutMs: 500 },
      },
      concurrentJobs: 0,
      limitJobs: 500,
      maxPayloads: 50,
      limitPerType: { "hello.count": 1 },
      limitPerKey: { "modality:*": 2 },
      historySize: 25,
      failedHistorySize: 500,
      failedMaxAgeMs: 43_200_000,
      submitWaitMs: 1500,
      drainTimeoutMs: 500,
      plugins: [
        join(folder, "hello.ts"),
        resolve("/etc/more/plugins"),
        resolve("/abs/c.ts"),
        { path: join(folder, "d.ts") },
        { path: join(folder, "e.ts"), isolation: "process", heapLimitMb: 64 },
      ],
      pluginSettings: { hello: { Greeting: { Text: "hi" } } },
    });
  });

  it("uses a certificate unless it is told not to, as Orthanc's own configuration does", () => {
    const certificate = join(folder, "certificate.pem");
    const named = { SslCertificate: "certificate.pem" };
    assert.deepEqual(optionsOf(named).http, { port: 8042, tls: { certificate } });
    assert.deepEqual(optionsOf({ ...named, SslEnabled: false }).http, { port: 8042 });
    assert.deepEqual(optionsOf({ SslEnabled: true }).http, { port: 8042, tls: { certificate } });
  });

  it("keeps jobs in memory if they are not to be saved, and loads none if told so", () => {
    assert.deepEqual(optionsOf({ SaveJobs: false }).store, { kind: "memory" });
    const { store } = optionsOf({}, false);
    assert.ok(store?.kind === "sqlite");
    assert.equal(store.load, false);
  });

  const refusals: readonly (readonly [unknown, RegExp])[] = [
    [[], /^baton\.json must hold a JSON object; it holds \[\]\.$/],
    [null, /it holds null\.$/],
    ["text", /it holds "text"\.$/],
    [
      { ConcurentJobs: 3 },
      /^baton\.json has the unknown key "ConcurentJobs"; did you mean "ConcurrentJobs"\?$/,
    ],
    [{ httpport: 3 }, /unknown key "httpport"; did you mean "HttpPort"\?$/],
    [{ StorageDirectory: "x" }, /unknown key "StorageDirectory"/],
    [{ Zebra: 1 }, /unknown key "Zebra"; docs\/configuration\.md lists the keys\.$/],
    [JSON.parse('{"__proto__":1}'), /unknown key "__proto__"/],
    [
      { ConcurrentJobs: "2" },
      /^baton\.json: "ConcurrentJobs" is "2"; allowed is a whole number from 0 \(one a core\) to 64\.$/,
    ],
    [{ ConcurrentJobs: -1 }, /"ConcurrentJobs" is -1; allowed is/],
    [{ ConcurrentJobs: 1.5 }, /"ConcurrentJobs" is 1\.5; allowed is/],
    [{ ConcurrentJobs: 65 }, /"ConcurrentJobs" is 65; allowed is/],
    [{ ConcurrentJobs: null }, /"ConcurrentJobs" is null; allowed is/],
    [{ JobsHistorySize: -1 }, /"JobsHistorySize" is -1/],
    [{ SaveJobs: "no" }, /"SaveJobs" is "no"; allowed is true or false\.$/],
    [{ Plugins: "hello.ts" }, /"Plugins" is "hello\.ts"; allowed is a list of paths/],
    [{ Plugins: ["a", 1] }, /"Plugins" is \["a",1\]; allowed is a list of paths/],
    [{ Plugins: [""] }, /"Plugins" is \[""\]/],
    [{ Plugins: [{ Isolation: "process" }] }, /"Plugins" is .*; allowed is .* objects with Path/],
    [{ Plugins: [{ Path: "a", Isolation: "fork" }] }, /"Plugins" is/],
    [{ Plugins: [{ Path: "a", Isolated: true }] }, /"Plugins" is/],
    [{ HttpPort: 65_536 }, /"HttpPort" is 65536; allowed is a whole number from 0/],
    [{ RemoteAccessAllowed: "yes" }, /"RemoteAccessAllowed" is "yes"; allowed is true or false/],
    [{ RegisteredUsers: { alice: "" } }, /"RegisteredUsers" is .*; allowed is an object with a/],
    [{ HttpLimits: { Speed: 1 } }, /"HttpLimits" is .*; allowed is .* for any of BodySize, Head/],
    [{ HttpLimits: { BodySize: "1" } }, /"HttpLimits" is/],
    [{ SslCertificate: true }, /"SslCertificate" is true; allowed is the path of a file/],
    [{ AllowedHosts: ["http://x"] }, /"AllowedHosts" is .*; allowed is a list of names/],
    [{ IndexDirectory: "" }, /"IndexDirectory" is ""; allowed is the path of a folder\.$/],
    [{ Durability: "some" }, /"Durability" is "some"; allowed is "full" or "process"\.$/],
    [{ DrainTimeout: -0.1 }, /"DrainTimeout" is -0\.1; allowed is a number of seconds/],
    [{ PluginSettings: { hello: 1 } }, /"PluginSettings" is \{"hello":1\}; allowed is an object/],
    [{ PluginSettings: [] }, /"PluginSettings" is \[\]/],
    [{ IndexDirectory: ["x".repeat(500)] }, /"IndexDirectory" is .{60}…; allowed/],
  ];
  for (const [json, sentence] of refusals) {
    it(`of ${JSON.stringify(json).slice(0, 50)} is refused in one sentence`, () => {
      const config = decodeConfig(json, place);
      assert.equal(config.kind, "refused");
      assert.match(config.kind === "refused" ? config.sentence : "", sentence);
    });
  }
});

describe("a configuration file", () => {
  it("resolves its paths against its own folder, and may have comments and a byte order mark", async () => {
    await using files = await filesOf({
      "b.json": '\uFEFF{ // here\n "Plugins": ["p.ts"] /* , */ }',
    });
    const config = await readConfig(join(files.folder, "b.json"), true);
    assert.ok(config.kind === "read");
    assert.deepEqual(config.options.plugins, [join(files.folder, "p.ts")]);
  });

  it("that is missing, a folder, or no JSON is refused with its name", async () => {
    await using files = await filesOf({ "bad.json": '{\n "HttpPort": 1,\n "SaveJobs" false }' });
    for (const [name, sentence] of [
      ["none.json", /none\.json cannot be read \(ENOENT\)\.$/],
      [".", /cannot be read \(EISDIR\)\.$/],
      ["bad.json", /bad\.json is not JSON: .*line 3 column 13/],
    ] as const) {
      const config = await readConfig(join(files.folder, name), true);
      assert.ok(config.kind === "refused");
      assert.match(config.sentence, sentence);
      assert.doesNotMatch(config.sentence, /\n/);
    }
  });
});

describe("JSON with comments", () => {
  it("loses its comments and nothing that looks like one inside a text", () => {
    const text = '/* a\n"b" */ { "u": "http://x//y", // "c": 1\n "q": "\\"/*", "n": 1 /**/ }';
    assert.deepEqual(parseCommentedJson(text), { u: "http://x//y", q: '"/*', n: 1 });
  });

  it("keeps the positions of what is wrong", () => {
    assert.throws(() => parseCommentedJson('// one\n/* two */ { "a" 1 }'), /line 2 column 17/);
  });

  it("refuses a comment that has no end", () => {
    assert.throws(() => parseCommentedJson("{} /* x"), SyntaxError);
  });
});

describe("the nearest name", () => {
  it("is the one that is probably meant, or none", () => {
    const names = ["HttpPort", "Plugins", "SaveJobs"];
    assert.equal(nearest("HTTPPort", names), "HttpPort");
    assert.equal(nearest("Plugin", names), "Plugins");
    assert.equal(nearest("Color", names), null);
  });
});

async function filesOf(
  texts: Readonly<Record<string, string>>,
): Promise<AsyncDisposable & { readonly folder: string }> {
  const made = await mkdtemp(join(tmpdir(), "baton-config-"));
  for (const [name, text] of Object.entries(texts)) await writeFile(join(made, name), text);
  return {
    folder: made,
    [Symbol.asyncDispose]: () => rm(made, { recursive: true }),
  };
}
