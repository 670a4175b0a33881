import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, it } from "node:test";
import { names } from "../http/orthanc/compare.ts";
import { differences } from "../http/orthanc/differences.ts";
import { files, recorded, versions } from "../http/orthanc/recordings.ts";
import { root } from "./documents.ts";

const read = (path: string): string => readFileSync(join(root, path), "utf8");

const page = read("docs/orthanc-compatibility.md");

/** The names in the first column. */
const rows = [...page.matchAll(/^\| `([a-z0-9-]+)` \|/gm)].map(([, name]) => name);

describe("docs/orthanc-compatibility.md", () => {
  it("lists the differences that the replays allow, and no others", () => {
    const noted = ["compare.ts", "differences.ts"].flatMap((file) =>
      [...read(`test/http/orthanc/${file}`).matchAll(/(?:note\(|name: )"([a-z0-9-]+)"/g)].map(
        ([, name]) => name,
      ),
    );
    assert.deepEqual(new Set(rows), new Set([...noted, ...Object.values(names)]));
    assert.equal(new Set(rows).size, rows.length);
  });

  it("lists none that no recording meets", () => {
    const all = versions.flatMap((version) => files.flatMap((file) => recorded(version, file)));
    assert.ok(page.includes(`has ${all.length} exchanges`));
    for (const { name, matches } of differences) assert.ok(all.some(matches), name);
  });
});
