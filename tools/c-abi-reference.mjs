// Writes docs/c-abi-reference.md out of the comments of native/include/*.h*.
//
//   node tools/c-abi-reference.mjs            writes the page
//   node tools/c-abi-reference.mjs --check    exit code 1 if the page is not current
//   node tools/c-abi-reference.mjs --faults [header]
//                                             exit code 1, and a sentence for each thing that the
//                                             comments of baton.h (or of another header) lack
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { faultsOf, isPlain, readFunctions, readVersion, titleOf } from "./baton-header.mjs";

const root = fileURLToPath(new URL("../", import.meta.url));
const pagePath = join(root, "docs/c-abi-reference.md");
const read = (name) => readFileSync(join(root, "native/include", name), "utf8");

/** The sections of the page, in order: who owns the functions, and what they are. */
const sections = [
  ["baton_host", "baton_host", "What a plugin can ask of its host. Every call is the host's."],
  [
    "baton_run",
    "baton_run",
    "What a step can tell and ask while it runs. Implemented by the host.",
  ],
  [
    "baton_job_desc",
    "baton_job_desc",
    "The callbacks of a job. Implemented by the plugin, called by the host; each but `step` may be `NULL`.",
  ],
  [
    "baton_sink",
    "baton_sink",
    "Where bytes go: implemented by the host for getters, by the plugin for what it reads from the host.",
  ],
  ["baton_response", "baton_response", "The answer to an HTTP request. Implemented by the host."],
  ["baton_plugin", "baton_plugin", "What a shared library is. Implemented by the plugin."],
  ["", "Types of functions", "Functions that the plugin hands over, and the one that it exports."],
];

const [mode, named] = process.argv.slice(2);
if (mode === "--faults") {
  const faults = faultsOf(named === undefined ? read("baton.h") : readFileSync(named, "utf8"));
  for (const fault of faults) console.error(fault);
  process.exitCode = faults.length === 0 ? 0 : 1;
} else if (mode === "--check") {
  if (readFileSync(pagePath, "utf8") !== page()) {
    console.error("docs/c-abi-reference.md is not current: run npm run docs:reference");
    process.exitCode = 1;
  }
} else {
  writeFileSync(pagePath, page());
}

function page() {
  const header = read("baton.h");
  const functions = readFunctions(header);
  const parts = sections.map(([owner, heading, about]) => {
    const own = functions.filter((one) => one.owner === owner);
    return [`## ${heading}`, about, ...own.map(entry)].join("\n\n");
  });
  return `${[preface(readVersion(header)), ...parts, napi(), classes()].join("\n\n")}\n`;
}

function preface(version) {
  return `# The C ABI, call by call

<!-- Made by tools/c-abi-reference.mjs out of the headers: change their comments, not this page. -->

Every function of [baton.h](../native/include/baton.h), version ${version}, in the words of the header.
[The contract](c-abi.md) explains how they belong together. Unless an entry says otherwise:

- **Errors**: an error changes nothing. Every call may answer \`INVALID_ARGUMENT\` (\`NULL\` where that is not
  allowed, a number out of range, text that is not UTF-8), \`CLOSING\`, \`NO_MEMORY\` and \`INTERNAL\`; they are not
  repeated. "The handle errors" are \`STALE_HANDLE\`, \`NOT_YOURS\`, \`ALREADY_SUBMITTED\` and \`BUSY\`. Names stand without
  their prefix \`BATON_ERROR_\`.
- **Ownership**: pointers are borrowed for the duration of the call.
- **Thread**: \`any-thread\`, \`loop-thread\` (the thread that called \`start\`) or \`job-thread\` (the one that owns
  the job at that moment); \`job:\` is the stage of the job's life. [Threads](c-abi.md#threads) has the details.`;
}

function entry(one) {
  const { result, name, parameters, effect, said, tags } = one;
  const errors = said.Errors ?? (isPlain(one) ? "none but those of every call." : undefined);
  const facts = [
    ["Result", said.Result],
    ["Errors", errors],
    ["Ownership", said.Ownership],
    ["Thread", tags.replaceAll(/[[\]]/g, "`")],
  ].filter(([, text]) => text !== undefined);
  return [
    `### ${titleOf(one)}`,
    // Not "c": these are no programs, and programs on these pages are compiled.
    `\`\`\`h\n${wrapped(`${result} ${name}(`, parameters)}\n\`\`\``,
    prose(effect),
    facts
      .map(([label, text]) => `- **${label}**: ${label === "Thread" ? text : prose(text)}`)
      .join("\n"),
  ].join("\n\n");
}

/** A declaration in lines of at most 100 characters. */
function wrapped(head, parameters) {
  const indent = " ".repeat(head.length);
  const lines = [];
  let line = head;
  for (const [at, parameter] of parameters.entries()) {
    const word = parameter + (at === parameters.length - 1 ? ");" : ",");
    if (line.length + word.length > 100) {
      lines.push(line.trimEnd());
      line = indent;
    }
    line += `${word} `;
  }
  return [...lines, line.trimEnd()].join("\n");
}

/** Text of a comment as Markdown: names in code, nothing else has a meaning. */
function prose(text) {
  const code =
    /`[^`]*`|"[^"]*"|\*?\b(?:\w+->\w+|BATON_\w*|UNSUPPORTED|BUSY|CLOSING|NULL|OK|CONTINUE|[A-Z]{2,}(?:_[A-Z]+)+|[a-z]+(?:_[a-z]+)+)\b(?:\[i\])?_?/g;
  const parts = text.split(code);
  const names = text.match(code) ?? [];
  return parts
    .map((part, at) => part.replaceAll(/[*_<>|]/g, String.raw`\$&`) + inCode(names[at] ?? ""))
    .join("");
}

function inCode(name) {
  return name === "" || name.startsWith("`") ? name : `\`${name}\``;
}

function napi() {
  const about =
    "How a plugin that is a Node-API addon gets its host: [baton_napi.h](../native/include/baton_napi.h).";
  return ["## baton_napi.h", about, ...readFunctions(read("baton_napi.h")).map(entry)].join("\n\n");
}

/** The classes of baton.hpp, with the first sentence that the header says of each. */
function classes() {
  const header = read("baton.hpp").replaceAll(
    /^namespace detail \{\n.*?^\}  \/\/ namespace detail$/gms,
    "",
  );
  const found = header.matchAll(
    /^\/\*(?<comment>(?:[^*]|\*(?!\/))*)\*\/\n(?:template .*\n)?(?:class|struct) (?:\[\[nodiscard\]\] )?(?<name>\w+)[^;]*?\{/gm,
  );
  const rows = [...found].map(({ groups: { comment, name } }) => {
    const text = comment.replaceAll(/\n \*/g, " ").replaceAll(/\s+/g, " ").trim();
    const [first] = /^.*?[.:](?= |$)/.exec(text) ?? [text];
    return `| \`baton::${name}\` | ${prose(first.replace(/:$/, "."))} |`;
  });
  return [
    "## baton.hpp",
    "The same in C++17, as classes: [baton.hpp](../native/include/baton.hpp) says of each function what C++ adds.",
    ["| class | |", "|---|---|", ...rows].join("\n"),
  ].join("\n\n");
}
