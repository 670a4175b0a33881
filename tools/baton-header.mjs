// Reads native/include/baton.h as a text: its functions, what their comments say, what these lack.

/** Who implements the functions of a struct; "either": now the host, now the plugin. */
const implementers = new Map([
  ["baton_host", "host"],
  ["baton_run", "host"],
  ["baton_response", "host"],
  ["baton_sink", "either"],
  ["baton_job_desc", "plugin"],
  ["baton_plugin", "plugin"],
]);

/**
 * Calls of the host that answer no error but those which the conventions name for every call. Who
 * adds one here has looked at its body.
 */
const plain = new Set([
  "baton_host.log",
  "baton_run.log",
  "baton_run.retry_after",
  "baton_run.fail",
]);

/** What comments call the four errors that a handle can be refused with. */
const handleErrors = "the handle errors";

const tagLine = /^\[(any-thread|loop-thread|job-thread)\](?: \[job: (created|running|any)\])?$/;

/**
 * One function of the header.
 * @typedef {object} HeaderFunction
 * @property {string} owner the struct it is a member of; "" for a type of a function, or a symbol
 * @property {string} name
 * @property {string} result its type
 * @property {string[]} parameters their declarations
 * @property {string} effect what its comment says first
 * @property {Record<string, string>} said what it says of Result, Errors and Ownership
 * @property {string} tags the last line of its comment; "" if that is no tag line
 */

/** Every function of a header, in order. @returns {HeaderFunction[]} */
export function readFunctions(header) {
  const functions = [];
  let owner = "";
  for (const { comment, code } of declarations(header)) {
    const struct = /^(?:typedef )?struct (\w+) \{$/.exec(code);
    const signature = signatureOf(code);
    if (struct !== null) owner = struct[1];
    else if (code.startsWith("}")) owner = "";
    else if (signature !== null) functions.push({ owner, ...signature, ...readComment(comment) });
  }
  return functions;
}

/** The version of the ABI, as `MAJOR.MINOR`. */
export function readVersion(header) {
  const part = (name) => new RegExp(`^#define BATON_ABI_${name} (\\d+)$`, "m").exec(header)?.[1];
  return `${part("MAJOR")}.${part("MINOR")}`;
}

/** What the comments of a header lack, a sentence each; none: every function is described. */
export function faultsOf(header) {
  const names = header.matchAll(/^ {2}BATON_ERROR_(\w+) = \d+/gm);
  const statuses = new Set([...names].map(([, name]) => name));
  const functions = readFunctions(header);
  const pointers = header.match(/\(BATON_CALL\*/g)?.length ?? 0;
  if (functions.length !== pointers) {
    return [`Of ${pointers} function pointers ${functions.length} can be read.`];
  }
  const rules = [effectFault, tagFault, stageFault, outcomeFault, ownershipFault];
  return functions.flatMap((one) =>
    [...rules.map((rule) => rule(one)), errorFault(one, statuses)]
      .filter((fault) => fault !== null)
      .map((fault) => `${titleOf(one)} ${fault}.`),
  );
}

export const titleOf = ({ owner, name }) => (owner === "" ? name : `${owner}.${name}`);

/** Whether the errors of a function are those of every call. */
export const isPlain = (one) => plain.has(titleOf(one));

function effectFault({ effect }) {
  const isSentence = /^[A-Z0-9`].*[.)]$/s.test(effect);
  return isSentence ? null : "does not say, in a sentence, what it does";
}

function tagFault({ tags }) {
  return tags === "" ? "does not end its comment with a tag line of the known words" : null;
}

/** Who is given a job, or is called for one, says when in the job's life. */
function stageFault({ owner, parameters, tags }) {
  const isOfJob =
    ["baton_job_desc", "baton_run"].includes(owner) ||
    parameters.some((each) => /\bbaton_job\b/.test(each) || each === "const char* id");
  if (tags === "" || isOfJob === tags.includes("[job: ")) return null;
  return isOfJob ? "names no stage of its job" : "names a stage of a job, and has none";
}

/** What a status says: the host names the errors it answers, a plugin what its errors come to. */
function outcomeFault(one) {
  if (one.result !== "baton_status") return null;
  const side = one.owner === "" ? "plugin" : implementers.get(one.owner);
  if (side === undefined) return `is of ${one.owner}, and nobody knows who implements that`;
  if (side === "plugin") return "Result" in one.said ? null : "does not say what its Result means";
  if ("Errors" in one.said === isPlain(one)) {
    return isPlain(one) ? "names Errors, and counts as one without" : "does not name its Errors";
  }
  return null;
}

/**
 * The conventions cover what is borrowed for the duration of a call. What is not: a job or its
 * payload that changes hands, and a function that is called later, with its `data`.
 */
function ownershipFault({ parameters, said }) {
  const kept = /\bbaton_job(?:_desc)?\b|^baton_(?:revive|handler|listener|submit_done) /;
  if ("Ownership" in said || !parameters.some((each) => kept.test(each))) return null;
  return "does not say whose the job or the data is: Ownership";
}

/** Errors are those of the header. What stands in parentheses explains one. */
function errorFault({ said }, statuses) {
  const text = (said.Errors ?? "").replaceAll(/\([^)]*\)/g, "").replace(handleErrors, "");
  const strangers = (text.match(/\b[A-Z_]{3,}\b/g) ?? []).filter((name) => !statuses.has(name));
  return strangers.length === 0 ? null : `names Errors that do not exist: ${strangers.join(", ")}`;
}

/** `baton_status(BATON_CALL* name)(parameters);`, or the like; null: no function. */
function signatureOf(code) {
  const found =
    /^(?:typedef )?(?<result>.+?) ?\(BATON_CALL\* ?(?<name>\w+)\)\((?<list>.*)\);$/.exec(code) ??
    /^static inline (?<result>.+?) (?<name>\w+)\((?<list>.*)\) \{$/.exec(code);
  if (found === null) return null;
  const { result, name, list } = found.groups;
  return { result, name, parameters: list.split(", ") };
}

/** The parts of a comment: `effect. Result: … Errors: … Ownership: … [tags]`. */
function readComment(comment) {
  const lines = comment
    .split("\n")
    .map((line) => line.replace(/^\s*\/?\*\/?/, "").replace(/\*\/\s*$/, ""));
  const last = lines.at(-1)?.trim() ?? "";
  const words = last.startsWith("[") ? lines.slice(0, -1) : lines;
  const text = words.join(" ").replaceAll(/\s+/g, " ").trim();
  const [effect = "", ...parts] = text.split(/(?:^|(?<=[.:;)]) )(Result|Errors|Ownership): /);
  const said = {};
  for (let at = 0; at < parts.length; at += 2) said[parts[at]] = parts[at + 1].trim();
  return { effect: effect.trim(), said, tags: tagLine.test(last) ? last : "" };
}

/** Each declaration, on one line and without remarks beside it, with the comment right above it. */
function* declarations(header) {
  const lines = header.slice(header.indexOf('extern "C" {')).split("\n");
  let comment = [];
  let code = [];
  let isComment = false;
  for (const line of lines) {
    if (code.length === 0 && !isComment && /^\s*\/\*/.test(line)) [comment, isComment] = [[], true];
    if (isComment) {
      comment.push(line);
      isComment = !line.includes("*/");
    } else if (line.trim() === "" || line.startsWith("#")) {
      comment = [];
    } else {
      code.push(line.replaceAll(/\/\*.*?\*\//g, "").trim());
      if (!/[;{}]$/.test(code.at(-1) ?? "")) continue;
      yield { comment: comment.join("\n"), code: code.join(" ").trim() };
      [comment, code] = [[], []];
    }
  }
}
