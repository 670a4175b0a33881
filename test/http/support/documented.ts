import assert from "node:assert/strict";
import { Compile } from "typebox/schema";
import { createApp, type App } from "../../../src/http/app.ts";
import { pathOf } from "../../../src/http/request-path.ts";
import type { Jobs } from "../../../src/ports/jobs.ts";
import { FakeClock } from "../../../src/testing/fake-clock.ts";

type Json = Readonly<Record<string, unknown>>;

export interface DocumentedOperation extends Json {
  readonly operationId: string;
  readonly responses: Readonly<Record<string, DocumentedAnswer>>;
  readonly security: readonly Json[];
}

interface DocumentedAnswer {
  readonly headers?: Readonly<Record<string, { readonly schema: Json }>>;
  readonly content?: Readonly<Record<string, { readonly schema?: Json }>>;
}

export interface Document {
  readonly openapi: string;
  readonly paths: Readonly<Record<string, Readonly<Record<string, DocumentedOperation>>>>;
  readonly components: { readonly schemas: Json };
}

/** What is looked at of an answer. */
interface Given {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly text: string;
  readonly json: unknown;
}

/** The REST interface of a host that has everything, but no jobs: for what is said of its paths. */
export function appWithEverything(): App {
  return createApp({
    jobs: {} as Jobs,
    routes: { find: () => null },
    about: { version: "0", concurrentJobs: 1, plugins: () => [], troubles: () => [] },
    clock: new FakeClock(),
    metrics: {
      slots: 1,
      pluginGauges: () => [],
      webhooks: () => [],
      onCommit: () => ({ [Symbol.dispose]() {} }),
    },
    onError: () => {},
  });
}

const read = await appWithEverything().fastify.inject({ method: "GET", url: "/openapi.json" });
export const document: Document = read.json<Document>();

/** Fails if a path of the host answers what its document does not say. Paths of plugins say nothing. */
export function assertDocumented(method: string, target: string, answer: Given): void {
  const operations = operationsOf(pathOf(target));
  if (operations === null) return;
  const about = `${method} ${target} answers ${answer.status}: ${answer.text.slice(0, 500)}`;
  const operation = operations[method === "HEAD" ? "get" : method.toLowerCase()];
  if (operation === undefined) return assertOtherMethod(answer, about);
  const documented = operation.responses[answer.status];
  assert.ok(documented !== undefined, `the document has no such answer: ${about}`);
  for (const [name, { schema }] of Object.entries(documented.headers ?? {})) {
    const value = answer.headers[name];
    if (value !== undefined)
      assertValid(schema, valueOf(schema, String(value)), `${name} of ${about}`);
  }
  if (method !== "HEAD") assertContent(documented, answer, about);
}

/** Null: it is no path of the host. */
function operationsOf(path: string): Document["paths"][string] | null {
  const names = Object.keys(document.paths).filter((name) => patternOf(name).test(path));
  // What stands there as it is comes before what stands for anything.
  const [found] = names.toSorted((one, other) => wildcards(one) - wildcards(other));
  return found === undefined ? null : (document.paths[found] ?? null);
}

const wildcards = (path: string): number => path.split("{").length;

const patternOf = (path: string): RegExp =>
  new RegExp(`^${path.replaceAll(".", String.raw`\.`).replaceAll(/\{\w+\}/g, "[^/]+")}$`);

function assertOtherMethod(answer: Given, about: string): void {
  assert.ok([204, 403, 405, 501].includes(answer.status), about);
  if (answer.status !== 204) assertValid(schemaNamed("Refusal"), answer.json, about);
}

function assertContent({ content }: DocumentedAnswer, answer: Given, about: string): void {
  if (content === undefined) return assert.equal(answer.text, "", about);
  const type = String(answer.headers["content-type"]).split(";", 1)[0] ?? "";
  const media = content[type] ?? content["*/*"];
  assert.ok(media !== undefined, `the document has no ${type}: ${about}`);
  if (media.schema !== undefined && type === "application/json") {
    assertValid(media.schema, answer.json, about);
  }
}

const schemaNamed = (name: string): Json => ({ $ref: `#/components/schemas/${name}` });

const valueOf = ({ type }: Json, text: string): unknown =>
  type === "integer" ? Number(text) : text;

const checkers = new Map<string, ReturnType<typeof Compile>>();

function assertValid(schema: Json, value: unknown, about: string): void {
  const key = JSON.stringify(schema);
  const known = checkers.get(key);
  const checker = known ?? Compile(strict({ ...schema, components: document.components }) as Json);
  checkers.set(key, checker);
  if (checker.Check(value)) return;
  const [, errors] = checker.Errors(value);
  const words = errors.map(({ instancePath, message }) => `${instancePath} ${message}`);
  assert.fail(`${words.join("; ")}: ${about}`);
}

/** The same schema, but no object has a member of which it does not speak. */
function strict(part: unknown): unknown {
  if (Array.isArray(part)) return part.map(strict);
  if (typeof part !== "object" || part === null) return part;
  const inner = Object.fromEntries(
    Object.entries(part).map(([name, value]) => [name, strict(value)]),
  );
  const isClosed = inner["type"] === "object" && "properties" in inner;
  return isClosed ? { additionalProperties: false, ...inner } : inner;
}
