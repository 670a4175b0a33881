import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { JobEngineError } from "../../src/core/errors.ts";
import type { RouteHandler, RouteRequest, RouteResponse, Routes } from "../../src/ports/plugin.ts";
import { startTestServer, type Answer, type SendOptions } from "./scripted-host.ts";

/** One route, POST and GET at /lab/{name}. */
function routesOf(handler: RouteHandler): Routes {
  return {
    find(method, path) {
      const name = /^\/lab\/([^/]+)$/.exec(path)?.[1];
      if (name === undefined) return null;
      if (method !== "GET" && method !== "POST") return { allow: ["POST", "GET"] };
      return { plugin: "lab", params: { name: decodeURIComponent(name) }, handler };
    },
  };
}

async function answerOf(
  handler: RouteHandler,
  options: SendOptions & { readonly method?: string; readonly path?: string } = {},
): Promise<Answer & { readonly errors: readonly { text: string; error: unknown }[] }> {
  await using server = await startTestServer(routesOf(handler));
  const { method = "POST", path = "/lab/x", ...rest } = options;
  return { ...(await server.send(method, path, rest)), errors: server.errors };
}

describe("a plugin's route", () => {
  it("gets the request whole: names, query, headers and the body's bytes", async () => {
    let seen: RouteRequest | null = null;
    const body = new Uint8Array([0, 1, 254, 255]);
    await answerOf(
      (request) => {
        seen = request;
      },
      {
        path: "//lab/a%2Fb%20c/?q=1&q=2&flag",
        headers: { "X-Thing": "Value", "content-type": "application/json" },
        body,
      },
    );
    assert.ok(seen);
    const { method, path, params, query, headers, body: got } = seen as RouteRequest;
    assert.equal(method, "POST");
    assert.equal(path, "/lab/a%2Fb%20c");
    assert.deepEqual({ ...params }, { name: "a/b c" });
    assert.deepEqual(query.getAll("q"), ["1", "2"]);
    assert.equal(query.get("flag"), "");
    assert.equal(headers["x-thing"], "Value");
    assert.deepEqual(Buffer.from(got), Buffer.from(body));
  });

  it("is told by nobody outside where in this process a request comes from", async () => {
    let seen: unknown = "";
    await answerOf((request) => void (seen = request.headers["baton-caller"]), {
      headers: { "Baton-Caller": "job" },
    });
    assert.equal(seen, undefined);
  });

  it("gets an empty body when there is none", async () => {
    let length = -1;
    await answerOf((request) => void (length = request.body.length));
    assert.equal(length, 0);
  });

  const bodies: readonly (readonly [RouteResponse["body"], string | undefined, string])[] = [
    ["a text", "text/plain; charset=utf-8", "a text"],
    [new Uint8Array([104, 105]), "application/octet-stream", "hi"],
    [{ a: 1 }, "application/json; charset=utf-8", '{\n   "a": 1\n}'],
    [null, "application/json; charset=utf-8", "null"],
    [false, "application/json; charset=utf-8", "false"],
    [undefined, undefined, ""],
  ];
  for (const [body, type, text] of bodies) {
    it(`answers ${JSON.stringify(body) ?? "nothing"} as ${type ?? "an empty body"}`, async () => {
      const answer = await answerOf(() => (body === undefined ? {} : { body }));
      assert.equal(answer.status, 200);
      assert.equal(answer.headers["content-type"], type);
      assert.equal(answer.text, text);
    });
  }

  it("sets status and headers, but not how the answer is framed", async () => {
    const answer = await answerOf(async () => ({
      status: 202,
      headers: {
        "Content-Type": "application/dicom",
        "X-Own": "yes",
        "Content-Length": "99999",
        "Transfer-Encoding": "chunked",
        Trailer: "x-late",
      },
      body: "1234",
    }));
    assert.equal(answer.status, 202);
    assert.equal(answer.headers["content-type"], "application/dicom");
    assert.equal(answer.headers["x-own"], "yes");
    assert.equal(answer.headers["content-length"], "4");
  });

  it("answers HEAD as GET without the body", async () => {
    const answer = await answerOf((request) => ({ body: request.method }), { method: "HEAD" });
    assert.equal(answer.status, 200);
    assert.equal(answer.headers["content-length"], "3");
    assert.equal(answer.text, "");
  });

  it("answers OPTIONS and other methods with those it has, in Orthanc's order", async () => {
    const options = await answerOf(() => {}, { method: "OPTIONS" });
    assert.equal(options.status, 204);
    assert.equal(options.headers.allow, "GET,POST");
    const put = await answerOf(() => {}, { method: "PUT", body: "x" });
    assert.equal(put.status, 405);
    assert.equal(put.headers.allow, "GET,POST");
  });

  const junk: Readonly<Record<string, unknown>> = {
    "a status that is none": { status: 99 },
    "a status of text": { status: "200" },
    "a header with a line break": { headers: { "x-a": "b\r\nX-Injected: 1" } },
    "a header without a name": { headers: { "": "b" } },
    "a body that is no JSON": { body: 1n },
  };
  for (const [what, response] of Object.entries(junk)) {
    it(`that answers ${what} is a 500 and a log line`, async () => {
      const answer = await answerOf(() => response as RouteResponse);
      assert.equal(answer.status, 500);
      assert.equal(answer.headers["x-injected"], undefined);
      assert.equal(answer.errors.length, 1);
    });
  }

  for (const thrown of [
    new Error("at /secret/file.ts:1:2"),
    null,
    undefined,
    "secret",
    Object.create(null),
  ]) {
    it(`that throws ${thrown instanceof Error ? "an error" : typeof thrown} is a 500 that hides it and logs it`, async () => {
      for (const handler of [
        () => {
          throw thrown;
        },
        () => Promise.reject(thrown),
      ]) {
        const answer = await answerOf(handler);
        assert.equal(answer.status, 500);
        assert.doesNotMatch(answer.text, /secret|:\d+:\d+/);
        assert.match(answer.text, /The plugin \\"lab\\" failed/);
        assert.match(answer.errors[0]?.text ?? "", /^POST "\/lab\/x" of the plugin "lab" failed: /);
        assert.equal(answer.errors[0]?.error, thrown);
      }
    });
  }

  it("that throws a JobEngineError has its status and words", async () => {
    for (const [error, status, orthanc] of [
      [new JobEngineError("INVALID_JSON", 'the key "Steps" is missing'), 400, 28],
      [new JobEngineError("NOT_FOUND", "no such study"), 404, 7],
      [new JobEngineError("NAME_TAKEN", "twice"), 409, 46],
      [new JobEngineError("UNSUPPORTED"), 501, 2],
      [new JobEngineError("QUEUE_FULL"), 503, 36],
    ] as const) {
      const answer = await answerOf(() => {
        throw error;
      });
      assert.equal(answer.status, status);
      const body = answer.json as Readonly<Record<string, unknown>>;
      assert.equal(body["OrthancStatus"], orthanc);
      assert.equal(answer.headers["retry-after"], error.code === "QUEUE_FULL" ? "1" : undefined);
      if (status < 500) assert.equal(body["Details"], error.message);
    }
  });
});
