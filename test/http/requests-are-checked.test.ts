import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { fastify, type FastifyInstance } from "fastify";
import { Type } from "typebox";
import { endpoint } from "../../src/http/endpoint.ts";
import { resource, sendJson } from "../../src/http/resource.ts";

/** A path that answers what it was given, read. */
function echo(): FastifyInstance {
  const app = fastify();
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("*", { parseAs: "buffer" }, (_request, body, done) => done(null, body));
  resource(app, "/echo", {
    POST: endpoint(
      {
        summary: "Echo",
        scope: "submit",
        query: Type.Object({
          count: Type.Optional(Type.Integer({ minimum: 1, maximum: 9 })),
          rate: Type.Optional(Type.Number()),
          on: Type.Optional(Type.Boolean()),
          of: Type.Optional(Type.Array(Type.Enum(["a", "b"]))),
        }),
        body: Type.Object(
          {
            Name: Type.String({ minLength: 1 }),
            Retry: Type.Optional(
              Type.Object({ Most: Type.Integer() }, { additionalProperties: false }),
            ),
          },
          { additionalProperties: false },
        ),
        responses: {},
      },
      (_request, reply, given) => sendJson(reply, given),
    ),
  });
  return app;
}

async function post(query: string, body: string): Promise<{ status: number; json: unknown }> {
  const answer = await echo().inject({ method: "POST", url: `/echo${query}`, payload: body });
  return { status: answer.statusCode, json: answer.json() };
}

const good = '{"Name":"x"}';

describe("what an operation's schemas say of a request", () => {
  for (const [query, read] of [
    ["", {}],
    ["?count=3&unknown=7", { count: 3 }],
    ["?rate=-1.5", { rate: -1.5 }],
    ["?on", { on: true }],
    ["?on=FALSE", { on: false }],
    ["?of=a&of=b&of=a", { of: ["a", "b", "a"] }],
  ] as const) {
    it(`reads the query "${query}"`, async () => {
      const { status, json } = await post(query, good);
      assert.equal(status, 200);
      assert.deepEqual(json, { query: read, body: { Name: "x" } });
    });
  }

  for (const [query, says] of [
    ["?count=0", 'The value "0" of "count" is not allowed; it must be a whole number from 1 to 9.'],
    [
      "?count=1.0",
      'The value "1.0" of "count" is not allowed; it must be a whole number from 1 to 9.',
    ],
    ["?count=", 'The value "" of "count" is not allowed; it must be a whole number from 1 to 9.'],
    ["?rate=1e3", 'The value "1e3" of "rate" is not allowed; it must be a number.'],
    ["?on=yes", 'The value "yes" of "on" is not allowed; it must be true or false.'],
    ["?of=a&of=c", 'The value "c" of "of" is not allowed; it must be one of a, b.'],
  ] as const) {
    it(`refuses the query "${query}"`, async () => {
      const { status, json } = await post(query, good);
      assert.equal(status, 400);
      assert.equal((json as { readonly Details: string }).Details, says);
    });
  }

  for (const [body, says] of [
    ["", "The body is not JSON in UTF-8."],
    ["{", "The body is not JSON in UTF-8."],
    ["[]", "The body is []; it must be an object."],
    ["{}", 'The field "Name" is missing.'],
    ['{"Name":1}', '"Name" is 1; it must be a text of 1 or more characters.'],
    ['{"name":"x"}', 'There is no field "name"; there are Name, Retry.'],
    ['{"Name":"x","Retry":{"Most":"3"}}', '"Retry/Most" is "3"; it must be a whole number.'],
    ['{"Name":"x","Retry":{"most":3}}', 'There is no field "most" in "Retry"; there are Most.'],
  ] as const) {
    it(`refuses the body ${body}`, async () => {
      const { status, json } = await post("", body);
      assert.equal(status, 400);
      assert.equal((json as { readonly Details: string }).Details, says);
    });
  }
});
