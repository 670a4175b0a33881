import assert from "node:assert/strict";
import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, it } from "node:test";
import { pathToFileURL } from "node:url";
import { fastify, type FastifyInstance } from "fastify";
import { registerDashboard } from "../../src/http/dashboard.ts";

describe("the files of the dashboard", () => {
  let app: FastifyInstance;
  let folder = "";

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), "baton-dashboard-"));
    await mkdir(join(folder, "dashboard/assets"), { recursive: true });
    await writeFile(join(folder, "secret.js"), "no");
    await writeFile(join(folder, "dashboard/index.html"), "<!doctype html>");
    await writeFile(join(folder, "dashboard/made-of.js"), "no");
    await writeFile(join(folder, "dashboard/assets/main-a1.js"), "1");
    await writeFile(join(folder, "dashboard/assets/notes.txt"), "no");
    app = fastify();
    registerDashboard(app, pathToFileURL(`${folder}/dashboard/`));
  });
  after(async () => {
    await app.close();
    await rm(folder, { recursive: true });
  });

  const get = (url: string, headers: Readonly<Record<string, string>> = {}) =>
    app.inject({ method: "GET", url, headers });

  it("are the page, which is asked for anew each time, and allows nothing from elsewhere", async () => {
    const page = await get("/");
    assert.equal(page.statusCode, 200);
    assert.equal(page.headers["content-type"], "text/html; charset=utf-8");
    assert.equal(page.headers["cache-control"], "no-cache");
    const policy = String(page.headers["content-security-policy"]);
    assert.match(policy, /default-src 'none'.*frame-ancestors 'none'/);
    assert.doesNotMatch(policy, /unsafe|data:|https?:|\*/);
  });

  it("are what it is made of, which is kept for ever", async () => {
    const file = await get("/assets/main-a1.js");
    assert.equal(file.body, "1");
    assert.equal(file.headers["content-type"], "text/javascript; charset=utf-8");
    assert.match(String(file.headers["cache-control"]), /max-age=31536000, immutable/);
  });

  it("are not sent again to who has them", async () => {
    for (const url of ["/", "/assets/main-a1.js"]) {
      const { etag } = (await get(url)).headers;
      const again = await get(url, { "if-none-match": String(etag) });
      assert.deepEqual([again.statusCode, again.body], [304, ""]);
      const other = await get(url, { "if-none-match": '"other"' });
      assert.equal(other.statusCode, 200);
    }
  });

  for (const name of [
    "notes.txt",
    "none-b2.js",
    "..%2Fmade-of.js",
    "..%2F..%2Fsecret.js",
    "..%5Cmade-of.js",
    "main-a1.js%00.css",
    ".hidden.js",
  ]) {
    it(`are not ${name}`, async () => {
      const answer = await get(`/assets/${name}`);
      assert.equal(answer.statusCode, 404);
      assert.equal(answer.json<{ HttpStatus: number }>().HttpStatus, 404);
    });
  }

  it("are missed with a sentence that says what to do", async () => {
    const bare = fastify();
    registerDashboard(bare, pathToFileURL(`${folder}/nowhere/`));
    const answer = await bare.inject("/");
    assert.equal(answer.statusCode, 404);
    assert.match(answer.json<{ Details: string }>().Details, /npm run build:dashboard/);
    await bare.close();
  });
});
