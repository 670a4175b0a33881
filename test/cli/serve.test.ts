import assert from "node:assert/strict";
import { once } from "node:events";
import { readdir } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { join } from "node:path";
import { describe, it } from "node:test";
import { BatonProcess, testFolder } from "./baton-process.ts";

/** One job whose step never returns; it says when it steps. */
const stuckPlugin = `export const plugin = {
  name: "stuck",
  version: "1.0.0",
  start(host) {
    host.registerRoute("POST", "/stuck", async () => {
      const step = () => (host.log("info", "it steps"), new Promise(() => {}));
      return { body: await host.submitJob(host.createJob({ type: "stuck", payload: {}, step })) };
    });
  },
};
`;

async function urlOf(baton: BatonProcess): Promise<string> {
  const line = await baton.line("stdout", /listens on/);
  return line.replace(/.* listens on /, "");
}

describe("baton serve", () => {
  it("prints one line with its URL, serves, and ends with 0 on SIGTERM and SIGINT", async () => {
    await using folder = await testFolder();
    const file = await folder.write("baton.json", { SaveJobs: false, HttpPort: 0 });
    for (const signal of ["SIGTERM", "SIGINT"] as const) {
      await using baton = new BatonProcess("serve", "--config", file);
      const url = await urlOf(baton);
      assert.deepEqual(await (await fetch(`${url}/jobs`)).json(), []);
      baton.kill(signal);
      assert.equal(await baton.exit(), 0);
      assert.equal(baton.lines("stdout").length, 1);
      assert.match(
        baton.lines("stdout").join(),
        /^Baton \d+\.\d+\.\d+ listens on http:\/\/127\.0\.0\.1:\d+$/,
      );
    }
  });

  it("logs what plugins say and every change of a state, as JSON lines on stderr", async () => {
    await using folder = await testFolder();
    await folder.write("stuck.mjs", stuckPlugin);
    const file = await folder.write("baton.json", {
      SaveJobs: false,
      HttpPort: 0,
      DrainTimeout: 0,
      Plugins: ["stuck.mjs"],
    });
    await using baton = new BatonProcess("serve", "--config", file);
    const posted = await fetch(`${await urlOf(baton)}/stuck`, { method: "POST" });
    const id = await posted.text();
    const said = JSON.parse(await baton.line("stderr", /it steps/)) as Record<string, unknown>;
    assert.equal(said["plugin"], "stuck");
    assert.equal(said["level"], 30);
    const changed = JSON.parse(await baton.line("stderr", /"changed"/)) as Record<string, unknown>;
    assert.equal(changed["job"], id);
    assert.equal(changed["from"], "pending");
    assert.equal(changed["to"], "running");
    baton.kill("SIGTERM");
    assert.equal(await baton.exit(), 0, "a step that does not return does not keep the process");
  });

  it("ends at once on a second signal, although a step still runs", async () => {
    await using folder = await testFolder();
    await folder.write("stuck.mjs", stuckPlugin);
    const file = await folder.write("baton.json", {
      SaveJobs: false,
      HttpPort: 0,
      DrainTimeout: 86_400,
      Plugins: ["stuck.mjs"],
    });
    await using baton = new BatonProcess("serve", "--config", file);
    await fetch(`${await urlOf(baton)}/stuck`, { method: "POST" });
    await baton.line("stderr", /it steps/);
    baton.kill("SIGTERM");
    await baton.line("stderr", /closing/);
    baton.kill("SIGTERM");
    assert.equal(await baton.exit(), 143);
  });

  const refusals: readonly (readonly [string, object | string, RegExp])[] = [
    [
      "an unknown key",
      { HttpPrt: 1 },
      /baton\.json has the unknown key "HttpPrt"; did you mean "HttpPort"\?$/,
    ],
    [
      "a wrong type",
      { HttpPort: "x" },
      /baton\.json: "HttpPort" is "x"; allowed is a whole number/,
    ],
    ["no JSON", "{", /baton\.json is not JSON: /],
    [
      "a plugin that is not there",
      { SaveJobs: false, HttpPort: 0, Plugins: ["none.ts"] },
      /none\.ts/,
    ],
    [
      "a store folder that is a file",
      { IndexDirectory: "baton.json" },
      /"IndexDirectory" cannot be created/,
    ],
  ];
  for (const [what, config, sentence] of refusals) {
    it(`refuses ${what} in one sentence, with 1 and nothing started`, async () => {
      await using folder = await testFolder();
      const file = await folder.write("baton.json", config);
      await using baton = new BatonProcess("serve", "--config", file);
      assert.equal(await baton.exit(), 1);
      assert.equal(baton.lines("stderr").length, 1, baton.lines("stderr").join("\n"));
      assert.match(baton.lines("stderr").join(), sentence);
      assert.deepEqual(baton.lines("stdout"), []);
      assert.deepEqual(await readdir(folder.path), ["baton.json"]);
    });
  }

  it("refuses a configuration file that is missing", async () => {
    await using folder = await testFolder();
    await using baton = new BatonProcess("serve", "--config", join(folder.path, "none.json"));
    assert.equal(await baton.exit(), 1);
    assert.match(baton.lines("stderr").join(), /none\.json cannot be read \(ENOENT\)\.$/);
  });

  it("names address and port when the port is in use", async () => {
    await using folder = await testFolder();
    const other = createServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    const file = await folder.write("baton.json", { SaveJobs: false, HttpPort: port });
    await using baton = new BatonProcess("serve", "--config", file);
    assert.equal(await baton.exit(), 1);
    assert.ok(baton.lines("stderr").at(-1)?.includes(`127.0.0.1:${port}`));
    other.close();
  });
});

describe("baton", () => {
  it("says its version, and what it can do", async () => {
    await using version = new BatonProcess("--version");
    assert.equal(await version.exit(), 0);
    assert.match(version.lines("stdout").join(), /^\d+\.\d+\.\d+$/);
    await using help = new BatonProcess("serve", "--help");
    assert.equal(await help.exit(), 0);
    assert.match(help.lines("stdout").join("\n"), /--config <file>[^]*--no-jobs/);
  });

  it("refuses what it does not know", async () => {
    for (const args of [["serv"], ["serve", "--confg", "x"], ["serve", "extra"]]) {
      await using baton = new BatonProcess(...args);
      assert.equal(await baton.exit(), 1);
      assert.deepEqual(baton.lines("stdout"), []);
    }
  });
});
