import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { JobEngineError } from "../../src/core/errors.ts";
import type { JobOutput } from "../../src/ports/job.ts";
import { scriptedJob, startTestServer, type Answer, type TestServer } from "./scripted-host.ts";

const text = "0123456789";
const path = `/jobs/${scriptedJob().id}/report.csv`;

void describe("GET /jobs/{id}/{key}", () => {
  void it("answers the bytes, to be saved under the key", async () => {
    await using server = await open();
    const { status, headers, text: body } = await server.send("GET", path);
    assert.deepEqual([status, body], [200, text]);
    assert.deepEqual(shown({ headers }), {
      "accept-ranges": "bytes",
      "content-disposition": 'attachment; filename="report.csv"',
      "content-length": "10",
      "content-type": "text/csv",
      etag: '"t1"',
    });
  });

  void it("answers HEAD with the same head, and opens no file", async () => {
    await using server = await open(unreadable);
    const { status, headers, bytes } = await server.send("HEAD", path);
    assert.deepEqual([status, headers["content-length"], bytes.length], [200, "10", 0]);
  });

  void it("answers HEAD with the head of all of it, whatever range is asked for", async () => {
    await using server = await open();
    for (const range of ["bytes=2-4", "bytes=90-"]) {
      const { status, headers } = await server.send("HEAD", path, { headers: { range } });
      assert.deepEqual([status, headers["content-length"]], [200, "10"], range);
      assert.equal(headers["content-range"], undefined);
    }
  });

  void it("answers the range that is asked for", async () => {
    await using server = await open();
    const cases = {
      "bytes=0-0": ["0", "bytes 0-0/10"],
      "bytes=2-4": ["234", "bytes 2-4/10"],
      "bytes=7-": ["789", "bytes 7-9/10"],
      "bytes=-3": ["789", "bytes 7-9/10"],
      "bytes=8-99": ["89", "bytes 8-9/10"],
      "bytes=1-2,3-4": ["1234", "bytes 1-4/10"],
    };
    for (const [range, [body, place]] of Object.entries(cases)) {
      const answer = await server.send("GET", path, { headers: { range } });
      const found = [answer.status, answer.text, answer.headers["content-range"]];
      assert.deepEqual(found, [206, body, place], range);
    }
  });

  void it("answers all of it to what is no single range of bytes", async () => {
    await using server = await open();
    for (const range of [
      "bytes=a-b",
      "bytes",
      "bytes=0-1,5-6",
      "pages=1-2",
      "pages=90-",
      "bytes=-11",
    ]) {
      const { status, text: body } = await server.send("GET", path, { headers: { range } });
      assert.deepEqual([status, body], [200, text], range);
    }
  });

  void it("refuses a range that lies outside", async () => {
    await using server = await open();
    for (const range of ["bytes=10-", "bytes=11-12", "bytes=-0"]) {
      const answer = await server.send("GET", path, { headers: { range } });
      assert.deepEqual(
        [answer.status, answer.headers["content-range"]],
        [416, "bytes */10"],
        range,
      );
      assert.match(answer.text, /The output has 10 bytes/);
    }
  });

  void it("sends nothing again that the client has", async () => {
    await using server = await open(unreadable);
    for (const tag of ['"t1"', 'W/"t1"', '"t0", "t1"', "*"]) {
      const answer = await server.send("GET", path, { headers: { "if-none-match": tag } });
      assert.deepEqual([answer.status, answer.headers.etag, answer.text], [304, '"t1"', ""], tag);
    }
  });

  void it("goes on with a range only if the bytes are the same", async () => {
    await using server = await open();
    const ask = (tag: string): Promise<Answer> =>
      server.send("GET", path, { headers: { range: "bytes=5-", "if-range": tag } });
    assert.deepEqual([(await ask('"t1"')).text, (await ask('"t0"')).text], ["56789", text]);
  });

  void it("answers an empty output", async () => {
    await using server = await open({ size: 0, read: () => Promise.resolve(pieces("")) });
    const { status, headers } = await server.send("GET", path);
    assert.deepEqual([status, headers["content-length"]], [200, "0"]);
    const ranged = await server.send("GET", path, { headers: { range: "bytes=0-" } });
    assert.equal(ranged.status, 416);
  });

  void it("says so when there is no such output, or its file is gone", async () => {
    await using server = await open({
      read: () => Promise.reject(new JobEngineError("NOT_FOUND", "gone")),
    });
    for (const wanted of [path, path.replace("report.csv", "other"), "/jobs/x/report.csv"]) {
      const { status, text: body, headers } = await server.send("GET", wanted);
      assert.equal(status, 404);
      assert.match(body, /Job has no such output: (report\.csv|other)/);
      assert.deepEqual(Object.keys(shown({ headers })), ["content-length", "content-type"]);
    }
  });

  void it("is deleted on its own", async () => {
    await using server = await open();
    const { status, bytes, headers } = await server.send("DELETE", path);
    assert.deepEqual([status, bytes.length, headers["content-type"]], [200, 0, "text/plain"]);
    assert.deepEqual(server.jobs.asked, [`delete report.csv of ${scriptedJob().id}`]);
    assert.equal((await server.send("DELETE", `${path}2`)).status, 404);
    const other = await server.send("PUT", path);
    assert.deepEqual([other.status, other.headers.allow], [405, "GET,DELETE"]);
  });
});

const unreadable: Partial<JobOutput> = { read: () => assert.fail("it must not be read") };

const read: JobOutput["read"] = (start = 0, end = text.length - 1) =>
  Promise.resolve(pieces(text.slice(start, end + 1)));

async function open(change: Partial<JobOutput> = {}): Promise<TestServer> {
  const server = await startTestServer();
  server.jobs.table = [scriptedJob({ state: "succeeded" })];
  server.jobs.output = {
    key: "report.csv",
    mime: "text/csv",
    size: 10,
    tag: "t1",
    read,
    ...change,
  };
  return server;
}

async function* pieces(of: string): AsyncIterable<Uint8Array> {
  for (const piece of of) yield await Promise.resolve(Buffer.from(piece));
}

function shown({ headers }: Pick<Answer, "headers">): Readonly<Record<string, unknown>> {
  const names = /^(accept-ranges|content-.*|etag)$/;
  const sent = Object.entries(headers).filter(([name]) => names.test(name));
  return Object.fromEntries(sent.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
