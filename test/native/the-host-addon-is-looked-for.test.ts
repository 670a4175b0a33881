import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { copyFileSync, cpSync, mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { before, describe, it, after } from "node:test";
import { fileURLToPath } from "node:url";
import { HostWorkshop } from "./support/host-workshop.ts";

const root = fileURLToPath(new URL("../../", import.meta.url));
const built = join(root, "build/Release/baton_host.node");
const platform = `${process.platform}-${process.arch}`;

/** A process of its own each time: an addon is loaded once in a process. */
const script = `const { requireBinding } = await import("./src/native/binding.ts");
  try { console.log(typeof requireBinding().createCore); }
  catch (error) { console.log(error.code + " " + error.message); }`;

describe("the host addon is looked for", () => {
  const workshop = new HostWorkshop();
  const pack = join(workshop.folder, "package");
  before(() => {
    for (const folder of ["src/native", "src/core"]) {
      cpSync(join(root, folder), join(pack, folder), { recursive: true });
    }
    copyFileSync(join(root, "package.json"), join(pack, "package.json"));
    symlinkSync(join(root, "node_modules"), join(pack, "node_modules"));
  });
  after(() => workshop.remove());

  function look(named = ""): string {
    const run = spawnSync(process.execPath, ["--input-type=module", "-e", script], {
      cwd: pack,
      encoding: "utf8",
      env: { ...process.env, BATON_HOST_ADDON: named },
    });
    assert.equal(run.stderr, "");
    return run.stdout.trimEnd();
  }

  const place = (folder: string): string => join(pack, folder, "baton_host.node");

  function put(source: string, folder: string): void {
    mkdirSync(join(pack, folder), { recursive: true });
    copyFileSync(source, place(folder));
  }

  it("and where there is none, one sentence lists what was tried", () => {
    const sentence = look();
    assert.match(sentence, /^PLUGIN_NOT_LOADED .*there is none at /);
    for (const folder of ["build/Release", `prebuilds/${platform}`]) {
      assert.ok(sentence.includes(place(folder)), sentence);
    }
    assert.match(sentence, /npx baton build-host/);
  });

  it("in prebuilds, and before that in build/Release", () => {
    put(built, `prebuilds/${platform}`);
    assert.equal(look(), "function");
    put(workshop.write("broken.node", "no addon"), "build/Release");
    const sentence = look();
    assert.ok(sentence.includes(place("build/Release")), "it is not passed over");
    assert.match(sentence, /^PLUGIN_NOT_LOADED .* cannot be used \(.*\); .*npx baton build-host/);
  });

  it("first where BATON_HOST_ADDON says, and then nowhere else", () => {
    assert.equal(look(built), "function");
    assert.match(look("./none.node"), /BATON_HOST_ADDON names, \.\/none\.node, cannot be used/);
  });

  it("and refused if it is another addon, of another version, or for another Node.js", () => {
    const refusals: readonly (readonly [string, RegExp])[] = [
      ["ADDON_NOTHING", /it is no host addon; this is Baton \d/],
      ["ADDON_VERSION", /it is of Baton 0\.0\.1; this is Baton \d/],
      ["ADDON_ABI", /NODE_MODULE_VERSION 1\b/],
    ];
    for (const [define, why] of refusals) {
      const file = workshop.addon("other-addon", `${define}.node`, [define]);
      const sentence = look(file);
      assert.match(sentence, why);
      assert.match(sentence, /^PLUGIN_NOT_LOADED .*npx baton build-host/);
    }
  });
});
