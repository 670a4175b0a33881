import assert from "node:assert/strict";
import { existsSync, statSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { describe, it } from "node:test";
import { page, pages, prose, root, type Page } from "./documents.ts";

describe("a relative link in the documentation", () => {
  for (const from of pages()) {
    it(`leads somewhere, in ${from.path}`, () => {
      assert.deepEqual(
        linksOf(from).filter((link) => !leadsSomewhere(from, link)),
        [],
      );
    });
  }
});

function linksOf(of: Page): readonly string[] {
  const targets = [...prose(of).matchAll(/\]\(([^)\s]+)\)/g)].map(([, target]) => target ?? "");
  return targets.filter((target) => !/^[a-z]+:/.test(target));
}

function leadsSomewhere(from: Page, link: string): boolean {
  const [path = "", anchor] = link.split("#");
  const target = path === "" ? from.path : join(dirname(from.path), path);
  const place = join(root, target);
  // A link out of the repository would work for its writer only.
  if (relative(root, place).startsWith("..") || !existsSync(place)) return false;
  if (anchor === undefined) return true;
  return statSync(place).isFile() && anchorsOf(page(target)).includes(anchor);
}

/** As GitHub makes them: a heading that comes again gets a number. */
function anchorsOf(of: Page): readonly string[] {
  const seen = new Map<string, number>();
  return [...prose(of).matchAll(/^#{1,6} (.+)$/gm)].map(([, heading]) => {
    const slug = (heading ?? "")
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-");
    const before = seen.get(slug) ?? 0;
    seen.set(slug, before + 1);
    return before === 0 ? slug : `${slug}-${before}`;
  });
}
