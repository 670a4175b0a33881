import type { TSchema } from "typebox";
import type { Operation } from "../operation.ts";
import { wordsOf } from "../schema-words.ts";
import type { Answered } from "../schemas/answered.ts";
import type { Documented } from "./document.ts";

/** The page has its style in itself, and nothing else: no script, no picture, nothing from elsewhere. */
export const pagePolicy =
  "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/** A page to read of what every path does. */
export function page(documented: readonly Documented[], version: string): string {
  const links = documented
    .map((one) => `<li><a href="#${anchor(one)}">${methodOf(one)} ${pathOf(one)}</a></li>`)
    .join("\n");
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Baton ${escaped(version)}: the REST interface</title>
<style>${style}</style>
<main>
<h1>Baton ${escaped(version)}: the REST interface</h1>
<p>For programs: <a href="openapi.json">openapi.json</a>. Plugins have paths of their own besides these.</p>
<nav><ul>
${links}
</ul></nav>
${documented.map(section).join("\n")}
</main>
</html>
`;
}

function section(one: Documented): string {
  const { summary, description = "", scope, query, headers, body, responses } = one.operation;
  return `<section id="${anchor(one)}">
<h2>${methodOf(one)} ${pathOf(one)}</h2>
<p>${marked(summary)}.${scope === "none" ? "" : ` <small>Needs the scope <code>${scope}</code>.</small>`}</p>
${description === "" ? "" : `<p>${marked(description)}</p>`}
${table("Query", rowsOf(query))}
${table("Headers", rowsOf(headers))}
${table("Body", bodyRows(body))}
${table("Answers", Object.entries(responses).map(answerRow))}
</section>`;
}

interface Row {
  readonly name: string;
  readonly what: string;
}

/** What a schema of an object says of its members, and of theirs. */
function rowsOf(object: TSchema | undefined, above = ""): readonly Row[] {
  const { properties = {}, required = [] } = (object ?? {}) as {
    readonly properties?: Readonly<Record<string, TSchema>>;
    readonly required?: readonly string[];
  };
  return Object.entries(properties).flatMap(([name, schema]) => {
    const row = { name: `${above}${name}`, what: whatIs(schema, required.includes(name)) };
    return [row].concat(rowsOf(schema, `${above}${name}.`));
  });
}

function bodyRows(body: Operation["body"]): readonly Row[] {
  if (body === undefined) return [];
  const rows = rowsOf(body);
  return rows.length > 0 ? rows : [{ name: "JSON", what: whatIs(body, true) }];
}

function whatIs(schema: TSchema, isRequired: boolean): string {
  const { description = "" } = schema as { readonly description?: string };
  return `${marked(description)} <small>${escaped(wordsOf(schema))}${isRequired ? ", required" : ""}</small>`;
}

function answerRow([status, { description, content = {} }]: readonly [string, Answered]): Row {
  const types = Object.keys(content).filter((type) => type !== "application/json");
  const also = types.length === 0 ? "" : ` <small>${escaped(types.join(", "))}</small>`;
  return { name: status, what: `${marked(description)}${also}` };
}

function table(title: string, rows: readonly Row[]): string {
  if (rows.length === 0) return "";
  const cells = rows.map(
    ({ name, what }) => `<tr><th scope="row"><code>${escaped(name)}</code><td>${what}`,
  );
  return `<table><caption>${title}</caption>\n${cells.join("\n")}\n</table>`;
}

const methodOf = ({ method }: Documented): string => `<b>${escaped(method)}</b>`;

const pathOf = ({ url }: Documented): string =>
  `<code>${escaped(url.replaceAll(/:(\w+)/g, "{$1}"))}</code>`;

const anchor = ({ method, url }: Documented): string =>
  escaped(`${method}${url.replaceAll(/[^\w.]+/g, "-")}`.toLowerCase());

/** Text with `code` in it. */
const marked = (text: string): string => escaped(text).replaceAll(/`([^`]*)`/g, "<code>$1</code>");

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

const escaped = (text: string): string =>
  text.replaceAll(/[&<>"]/g, (character) => entities[character] ?? "");

const style = `
:root { color-scheme: light dark; font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 60rem; margin: auto; padding: 1rem; }
nav ul { columns: 20rem; padding: 0; list-style: none; }
section { margin-top: 2.5rem; border-top: 1px solid #8886; }
h2 { font-size: 1.1rem; }
h2 b, nav b { display: inline-block; min-width: 4em; }
code { font-family: ui-monospace, monospace; overflow-wrap: anywhere; }
table { border-collapse: collapse; width: 100%; margin: 0.75rem 0; }
caption { text-align: left; font-weight: 600; }
th, td { text-align: left; vertical-align: top; padding: 0.2rem 1rem 0.2rem 0; border-top: 1px solid #8883; }
th { font-weight: normal; width: 12rem; }
small { opacity: 0.75; }
`;
