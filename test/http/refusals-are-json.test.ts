import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { errorCodes, JobEngineError, type ErrorCode } from "../../src/core/errors.ts";
import { defaultLimits } from "../../src/http/doors/limits.ts";
import { scriptedJob, sendRaw, startTestServer, type Answer } from "./scripted-host.ts";

const id = scriptedJob().id;
const unknown = "00000000-0000-0000-0000-000000000000";

/** Every refusal has exactly these keys, in this order. */
const keys = [
  "BatonError",
  "Details",
  "HttpError",
  "HttpStatus",
  "Message",
  "Method",
  "OrthancError",
  "OrthancStatus",
  "Uri",
];

describe("every refusal is Orthanc's error body", () => {
  const table: readonly (readonly [string, string, number, number, ErrorCode, RegExp])[] = [
    ["GET", "/nowhere", 404, 17, "NOT_FOUND", /Nothing answers at "\/nowhere"/],
    ["GET", `/jobs/${unknown}`, 404, 7, "NOT_FOUND", /No job found with this id: 0000/],
    ["GET", "/jobs/nope", 404, 7, "NOT_FOUND", /No job found with this id: nope/],
    ["DELETE", `/jobs/${unknown}`, 404, 7, "NOT_FOUND", /No job found with this id: 0000/],
    ["DELETE", `/jobs/${id}`, 404, 7, "WRONG_STATE", /a pending job cannot delete/],
    ["POST", `/jobs/${id}/resume`, 400, 8, "WRONG_STATE", /a pending job cannot resume/],
    ["POST", `/jobs/${id}/resubmit`, 400, 8, "WRONG_STATE", /a pending job cannot resubmit/],
    ["POST", `/jobs/${unknown}/cancel`, 400, 8, "NOT_FOUND", /No job found with this id: 0000/],
    ["POST", "/jobs/nope/pause", 400, 8, "NOT_FOUND", /No job found with this id: nope/],
    ["GET", `/jobs/${id}/archive`, 404, 7, "NOT_FOUND", /Job has no such output: archive/],
    ["GET", `/jobs/${id}/pause`, 404, 7, "NOT_FOUND", /To pause the job, use POST/],
    ["GET", `/jobs/${id}/a/b`, 404, 17, "NOT_FOUND", /Nothing answers/],
    ["GET", "/jobs?expand=perhaps", 400, 8, "INVALID_ARGUMENT", /"perhaps" of "expand"/],
    ["PUT", "/jobs", 405, 8, "UNSUPPORTED", /"\/jobs" does not answer to PUT; use GET,POST\./],
    ["POST", "/jobs", 400, 28, "INVALID_JSON", /The body is not JSON/],
    ["PROPFIND", "/jobs", 501, 2, "UNSUPPORTED", /knows the method PROPFIND/],
    ["GET", "/jobs/%zz", 400, 12, "INVALID_ARGUMENT", /percent-encoded/],
  ];
  for (const [method, path, status, orthanc, code, details] of table) {
    it(`to ${method} ${path}`, async () => {
      await using server = await startTestServer();
      server.jobs.table = [scriptedJob()];
      const body = refusal(await server.send(method, path), status);
      assert.equal(body["OrthancStatus"], orthanc);
      assert.deepEqual(body["BatonError"], { Code: code, Message: errorCodes[code] });
      assert.match(String(body["Details"]), details);
      assert.equal(body["Method"], method);
      assert.equal(body["Uri"], path.replace(/\?.*/, ""));
    });
  }

  it("to a body that is too large, also on a job's action", async () => {
    await using server = await startTestServer();
    const body = new Uint8Array(defaultLimits.bodyBytes + 1);
    for (const path of ["/anything", `/jobs/${id}/pause`]) {
      const told = refusal(await server.send("POST", path, { body }), 413);
      assert.match(String(told["Details"]), /larger than 1048576 bytes/);
    }
  });

  it("to a content type that is none", async () => {
    await using server = await startTestServer();
    const headers = { "content-type": "?" };
    refusal(await server.send("POST", "/anything", { headers, body: "x" }), 415);
  });

  it("to bytes that are no request, and to a head that is too long", async () => {
    await using server = await startTestServer();
    for (const [bytes, status] of [
      ["no request\r\n\r\n", 400],
      [`GET /${"x".repeat(20_000)} HTTP/1.1\r\nhost: x\r\n\r\n`, 431],
    ] as const) {
      const answer = await sendRaw(server.url, bytes);
      assert.ok(answer.startsWith(`HTTP/1.1 ${status} `), answer);
      const body = JSON.parse(answer.slice(answer.indexOf("\r\n\r\n"))) as Record<string, unknown>;
      assert.deepEqual(Object.keys(body), keys);
    }
  });

  it("to a fault of ours, which it hides and logs", async () => {
    await using server = await startTestServer();
    const secret = "SELECT * FROM jobs /secret/folder";
    for (const [failure, status] of [
      [new JobEngineError("STORE_FAILED", secret), 503],
      [new JobEngineError("INTERNAL", secret), 500],
      [new TypeError(secret), 500],
      [Object.assign(new Error(secret), { statusCode: 418 }), 500],
      ["a text", 500],
    ] as const) {
      server.jobs.failure = failure;
      for (const [method, path] of [
        ["GET", "/jobs"],
        ["GET", `/jobs/${id}`],
        ["DELETE", `/jobs/${id}`],
        ["POST", `/jobs/${id}/pause`],
      ] as const) {
        const answer = await server.send(method, path);
        refusal(answer, status);
        assert.doesNotMatch(answer.text, /secret|SELECT/);
        assert.equal(server.errors.at(-1)?.error, failure);
      }
    }
  });

  it("to everything while the host closes, without a log line", async () => {
    await using server = await startTestServer();
    server.jobs.failure = new JobEngineError("CLOSING");
    refusal(await server.send("POST", `/jobs/${id}/pause`), 503);
    assert.deepEqual(server.errors, []);
  });
});

function refusal(answer: Answer, status: number): Readonly<Record<string, unknown>> {
  assert.equal(answer.status, status, answer.text);
  assert.equal(answer.headers["content-type"], "application/json; charset=utf-8");
  const body = answer.json as Readonly<Record<string, unknown>>;
  assert.deepEqual(Object.keys(body), keys);
  assert.equal(body["HttpStatus"], status);
  assert.equal(body["Message"], body["OrthancError"]);
  assert.match(String(body["Details"]), /[.?\w]$/);
  assert.doesNotMatch(answer.text, /\bat .+:\d+:\d+|node_modules|src\/|file:/);
  return body;
}
