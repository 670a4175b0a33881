import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { pathOf, queryOf, readablePath } from "../../src/http/request-path.ts";
import { scriptedJob, sendRaw, startTestServer } from "./scripted-host.ts";

const { id } = scriptedJob();

describe("a request that is odd", () => {
  for (const path of [
    "/jobs/%2e%2e",
    "/jobs/..%2f..%2fetc%2fpasswd",
    "/jobs/%00",
    "/jobs/%0d%0aX-Injected:%201",
    "/jobs/__proto__",
    "/jobs/constructor",
    `/jobs/${id.toUpperCase()}`,
    `/jobs/${"x".repeat(12_000)}`,
    "/jobs/%F0%9F%92%A9",
  ]) {
    it(`finds no job at ${path.slice(0, 40)}`, async () => {
      await using server = await startTestServer();
      server.jobs.table = [scriptedJob()];
      assert.equal((await server.send("GET", path)).status, 404);
      const acted = await server.send("POST", `${path}/cancel`);
      assert.equal(acted.status, 400);
      assert.ok(acted.text.length < 2000, "an answer does not repeat all of a long path");
      assert.equal(acted.headers["x-injected"], undefined);
      assert.deepEqual(server.jobs.asked, []);
    });
  }

  it("finds its job in every spelling of the path", async () => {
    await using server = await startTestServer();
    server.jobs.table = [scriptedJob()];
    for (const path of [`/jobs/${id}/`, `//jobs//${id}`, `/%6Aobs/${id}`, `/jobs/${id}?a=1#b`]) {
      assert.equal((await server.send("GET", path)).status, 200, path);
    }
    const absolute = `GET http://other.example/jobs/${id} HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n`;
    assert.match(await sendRaw(server.url, absolute), /^HTTP\/1\.1 200 /);
  });

  it("never acts on a job because of a query or a header that names a method", async () => {
    await using server = await startTestServer();
    server.jobs.table = [scriptedJob({ state: "succeeded" })];
    const headers = { "x-http-method-override": "DELETE" };
    const answer = await server.send("GET", `/jobs/${id}?_method=DELETE`, { headers });
    assert.equal(answer.status, 200);
    assert.deepEqual(server.jobs.asked, []);
  });

  it("may have any body and any content type on an action: it is ignored", async () => {
    await using server = await startTestServer();
    server.jobs.table = [scriptedJob()];
    for (const body of ["", "{}", "not JSON", new Uint8Array([0, 255])]) {
      for (const type of ["application/json", "text/plain", "application/x-www-form-urlencoded"]) {
        const headers = { "content-type": type };
        const answer = await server.send("POST", `/jobs/${id}/pause`, { headers, body });
        assert.equal(answer.status, 200);
        assert.equal(answer.text, "{}");
      }
    }
    assert.equal(server.jobs.asked.length, 12);
  });

  it("gets from HEAD what GET says, without the body", async () => {
    await using server = await startTestServer();
    server.jobs.table = [scriptedJob()];
    const head = await server.send("HEAD", `/jobs/${id}`);
    const get = await server.send("GET", `/jobs/${id}`);
    assert.equal(head.status, 200);
    assert.equal(head.text, "");
    assert.equal(head.headers["content-length"], get.headers["content-length"]);
    assert.equal(head.headers["content-type"], get.headers["content-type"]);
  });

  it("gets the methods of a path from OPTIONS and with every 405", async () => {
    await using server = await startTestServer();
    for (const [path, allow] of [
      ["/jobs", "GET,POST"],
      [`/jobs/${id}`, "GET,DELETE"],
      [`/jobs/${id}/pause`, "GET,POST,DELETE"],
      [`/jobs/${id}/archive`, "GET,DELETE"],
    ] as const) {
      const options = await server.send("OPTIONS", path);
      assert.equal(options.status, 204);
      assert.equal(options.headers.allow, allow);
      const patch = await server.send("PATCH", path, { body: "{}" });
      assert.equal(patch.status, 405);
      assert.equal(patch.headers.allow, allow);
    }
    // Of the host itself, RFC 9110, 9.3.7.
    assert.match(
      await sendRaw(
        server.url,
        "OPTIONS * HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n",
      ),
      /^HTTP\/1\.1 204 /,
    );
  });
});

describe("a request's target", () => {
  it("is flattened and stays percent-encoded", () => {
    assert.equal(pathOf("//a///b%2Fc/?x=/y/#z"), "/a/b%2Fc");
    assert.equal(pathOf("http://host:1/a?b"), "/a");
    assert.equal(pathOf("/"), "/");
    assert.equal(pathOf("*"), "/*");
    assert.equal(readablePath("/a%20b/%zz"), "/a%20b/%zz");
    assert.equal(readablePath("/a%20b"), "/a b");
    assert.equal(queryOf("/a?b=1&b=2&c").getAll("b").join(), "1,2");
    assert.equal(queryOf("/a").size, 0);
  });
});
