import type { TObject, TSchema } from "typebox";
import type { JsonObject, JsonValue } from "../../ports/job.ts";
import type { Operation } from "../operation.ts";
import type { Answered } from "../schemas/answered.ts";
import { alwaysRefused, refusedAtTheDoor } from "../schemas/refusal.ts";
import { Components } from "./components.ts";

/** A method of a path, as it was registered. */
export interface Documented {
  readonly method: string;
  /** With `:name` where something stands that is the request's own. */
  readonly url: string;
  readonly operation: Operation;
}

/** What stands at `:name` of a path. */
const parameters: Readonly<Record<string, string>> = {
  id: "An ID: of a job in `/jobs`, the name of a plugin in `/plugins`.",
  key: "The key of an output, as in `Outputs` of the job.",
  node: "The `id` of a node of the tree.",
};

const about = `Orthanc's interface for jobs, and more of it (docs/rest.md).

Each path answers \`OPTIONS\` with 204 and \`Allow\`, \`HEAD\` as \`GET\` without the body, and a method it does not have with 405 and \`Allow\`. One slash at the end and duplicate slashes do not matter. Plugins have paths of their own besides these.

Whoever is asked who he is needs the role that stands with each operation; without users and tokens nobody is asked.`;

/** The document of all operations: OpenAPI 3.1. */
export function openApi(documented: readonly Documented[], version: string): JsonObject {
  const components = new Components();
  const paths: Record<string, Record<string, JsonValue>> = {};
  for (const { method, url, operation } of documented) {
    const path = url.replaceAll(/:(\w+)/g, "{$1}");
    const methods = (paths[path] ??= {});
    methods[method.toLowerCase()] = operationObject({ method, url, operation }, components);
  }
  return {
    openapi: "3.1.0",
    info: { title: "Baton", version, description: about, license: { name: "MIT" } },
    paths,
    components: {
      schemas: components.schemas,
      securitySchemes: {
        basic: { type: "http", scheme: "basic" },
        bearer: { type: "http", scheme: "bearer" },
      },
    },
  };
}

function operationObject(
  { method, url, operation }: Documented,
  components: Components,
): JsonObject {
  const { summary, description, scope, body } = operation;
  const isOpen = scope === "none";
  const answers = {
    ...alwaysRefused,
    ...(isOpen ? {} : refusedAtTheDoor),
    ...operation.responses,
  };
  return {
    operationId: operationId(method, url),
    summary,
    ...(description !== undefined && { description }),
    tags: [url.split("/")[1] || "host"],
    parameters: parametersOf(url, operation, components),
    ...(body !== undefined && {
      requestBody: {
        required: true,
        content: { "application/json": { schema: components.of(body) } },
      },
    }),
    responses: Object.fromEntries(
      Object.entries(answers).map(([status, answer]) => [
        status,
        responseObject(answer, components),
      ]),
    ),
    security: isOpen ? [] : [{}, { basic: [scope] }, { bearer: [scope] }],
  };
}

/** `GET /jobs/:id/logs` is `getJobsIdLogs`. */
function operationId(method: string, url: string): string {
  const words = url.split(/\W+/).filter((word) => word !== "");
  const capital = words.map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`);
  return `${method.toLowerCase()}${capital.join("")}`;
}

function parametersOf(
  url: string,
  { query, headers }: Operation,
  components: Components,
): readonly JsonObject[] {
  const inPath = [...url.matchAll(/:(\w+)/g)].map(([, name = ""]) => ({
    name,
    in: "path",
    required: true,
    description: parameters[name] ?? "",
    schema: { type: "string" },
  }));
  return [
    ...inPath,
    ...members("query", query, components),
    ...members("header", headers, components),
  ];
}

function members(
  where: "query" | "header",
  object: TObject | undefined,
  components: Components,
): readonly JsonObject[] {
  const required: readonly string[] = object?.required ?? [];
  const schemas = Object.entries((object?.properties ?? {}) as Readonly<Record<string, TSchema>>);
  return schemas.map(([name, schema]) => {
    const { description = "", ...rest } = components.of(schema);
    const parameter = { name, in: where, required: required.includes(name), description };
    // An empty flag is one that is set.
    if (rest["type"] !== "boolean") return Object.assign(parameter, { schema: rest });
    return Object.assign(parameter, { allowEmptyValue: true, schema: rest });
  });
}

function responseObject(
  { description, content, headers }: Answered,
  components: Components,
): JsonObject {
  const described = (schema: TSchema): JsonObject => {
    const { description: words = "", ...rest } = components.of(schema);
    return { description: words, schema: rest };
  };
  return {
    description,
    ...(headers !== undefined && {
      headers: Object.fromEntries(
        Object.entries(headers).map(([name, schema]) => [name, described(schema)]),
      ),
    }),
    ...(content !== undefined && {
      content: Object.fromEntries(
        Object.entries(content).map(([type, schema]) => [
          type,
          schema === null ? {} : { schema: components.of(schema) },
        ]),
      ),
    }),
  };
}
