// The binary interface as a table: every number of baton.h, every struct with size, offsets and types,
// every function type. Names come from the header's text, numbers from a program that the C compiler
// makes of it. native/abi.txt is the table as it was published; see compareTables.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";

const squeeze = (text) => text.replaceAll(/\s+/g, " ").trim();

/** What a header declares, in its order. */
export function readHeader(header) {
  const text = readFileSync(header, "utf8").replaceAll(/\/\*[\s\S]*?\*\//g, "");
  const defines = [...text.matchAll(/^#define (BATON_\w+) +(\d+|"\w+")\s*$/gm)];
  const bodies = [...text.matchAll(/^enum \{([^}]*)\}/gm)].map(([, body]) => body).join(",");
  const enumerators = [...bodies.matchAll(/(BATON_\w+)\s*=\s*(\d+)/g)];
  const structs = [...text.matchAll(/^(?:typedef )?struct (\w+) \{([\s\S]*?)^\}/gm)];
  const types = [...text.matchAll(/^typedef ([^;{]*);/gm)]
    .map(([, declared]) => squeeze(declared))
    .filter((declared) => !declared.startsWith("struct "));
  return {
    numbers: [...defines, ...enumerators].map(([, name]) => name),
    structs: structs.map(([, name, body]) => ({ name, members: readMembers(body) })),
    types,
  };
}

function readMembers(body) {
  const declared = body.split(";").map(squeeze);
  return declared.slice(0, -1).map((text) => {
    const name = /\(BATON_CALL\* ?(\w+)\)/.exec(text)?.[1] ?? /(\w+)(\[\w+\])?$/.exec(text)[1];
    return { name, text };
  });
}

/** The lines of the table for this header; throws what the compiler says. */
export function makeTable(header) {
  const { numbers, structs, types } = readHeader(header);
  const folder = mkdtempSync(join(tmpdir(), "baton-abi-"));
  try {
    return compute(folder, header, [
      ...numbers.map((name) => `number ${name}`),
      ...types.map((text) => `type ${text}`),
      ...structs.flatMap(({ name, members }) =>
        [`struct ${name}`].concat(
          members.map((member) => `member ${name} ${member.name} ${member.text}`),
        ),
      ),
    ]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compute(folder, header, items) {
  const statements = items.map((item) => {
    const [kind, name, member] = item.split(" ");
    if (kind === "type") return `puts(${JSON.stringify(item)});`;
    if (kind === "number") return `SHOW(${name});`;
    if (kind === "struct") return `printf("struct ${name} %zu\\n", sizeof(${name}));`;
    const text = JSON.stringify(item.split(" ").slice(3).join(" "));
    return `printf("  ${name} %zu %zu %s\\n", offsetof(${name}, ${member}), sizeof(((${name}*)0)->${member}), ${text});`;
  });
  const source = `#include <stdio.h>
#include "${basename(header)}"
#define SHOW(x) _Generic((x), char*: show_text, default: show_number)(#x, (intptr_t)(x))
static void show_number(const char* name, intptr_t value) { printf("number %s %ld\\n", name, (long)value); }
static void show_text(const char* name, intptr_t value) { printf("number %s \\"%s\\"\\n", name, (const char*)value); }
int main(void) {
  ${statements.join("\n  ")}
  return 0;
}
`;
  writeFileSync(join(folder, "abi.c"), source);
  const program = join(folder, "abi");
  const args = ["-std=c11", `-I${dirname(header)}`, "-o", program, join(folder, "abi.c")];
  const compiled = spawnSync(process.env["CC"] ?? "cc", args, {
    encoding: "utf8",
    // A checker that is preloaded into this process is none of the compiler's business.
    env: { ...process.env, LD_PRELOAD: "" },
  });
  if (compiled.status !== 0) throw new Error(compiled.stderr ?? String(compiled.error));
  return spawnSync(program, { encoding: "utf8" }).stdout.trimEnd().split("\n");
}

/**
 * What became of a published table: `appended` is what plugins that were built with the old one do not
 * notice (a number or type that is new, a member at the end of a struct, the size that it gives), `broken`
 * is everything else. Two lists of sentences.
 */
export function compareTables(published, current) {
  const was = groupLines(published);
  const is = groupLines(current);
  const broken = [];
  const appended = [];
  for (const [head, old] of was) {
    const now = is.get(head);
    if (now === undefined) {
      broken.push(`${head} is gone`);
      continue;
    }
    compareMembers(head, { old, now, broken, appended });
    if (old.value !== now.value && !mayGrow(head, old, now)) {
      broken.push(`${head}: ${old.value} became ${now.value}`);
    }
  }
  for (const head of is.keys()) if (!was.has(head)) appended.push(head);
  return { broken, appended };
}

function compareMembers(head, { old, now, broken, appended }) {
  for (const [at, line] of old.members.entries()) {
    if (line === now.members[at]) continue;
    // One sentence a struct: what follows the first difference has moved, too.
    broken.push(`${head}: "${line.trim()}" became "${(now.members[at] ?? "nothing").trim()}"`);
    return;
  }
  const more = now.members.slice(old.members.length);
  appended.push(...more.map((line) => `${head}: "${line.trim()}", at its end`));
}

/** The minor grows with every addition, a struct with its members. */
function mayGrow(head, old, now) {
  const grows = Number(now.value) > Number(old.value);
  if (head === "number BATON_ABI_MINOR") return grows;
  return head.startsWith("struct ") && grows && now.members.length > old.members.length;
}

/** By its first two words: "number NAME", "struct NAME"; a type by all of its words. */
function groupLines(lines) {
  const groups = new Map();
  let last = null;
  for (const line of lines) {
    if (line.startsWith("  ")) {
      last?.members.push(line);
      continue;
    }
    const [kind, name, ...rest] = line.split(" ");
    last = { value: kind === "type" ? "" : rest.join(" "), members: [] };
    groups.set(kind === "type" ? line : `${kind} ${name}`, last);
  }
  return groups;
}
