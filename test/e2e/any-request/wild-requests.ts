import * as fc from "fast-check";

/** A request as it is written to a connection; what stands for a job is put in when it is sent. */
export interface WildRequest {
  readonly method: string;
  readonly segments: readonly string[];
  readonly query: string;
  readonly headers: readonly (readonly [name: string, value: string])[];
  readonly body: Uint8Array;
}

/** Stands for the id of a job that there is. */
export const someJob = "{job}";

/** One of the words of a text. */
const wordOf = (text: string): fc.Arbitrary<string> => fc.constantFrom(...text.split(/\s+/));

/** Parts of paths that mean something here. */
const known = wordOf(
  `jobs jobs jobs ${someJob} ${someJob} ${someJob} lab lab tools cancel pause resume resubmit logs
  progress priority events report.csv work echo files backup metrics metrics-prometheus system plugins
  health live ready openapi.json 1 0`,
);

/** Such as have meant something elsewhere. */
const hostile = fc.oneof(
  wordOf(
    `. .. %2e%2e ..%2f..%2fetc%2fpasswd ..%5c.. %2F %00 % %zz %25zz %25 %ff __proto__ constructor toString
    %0d%0ax-injected:%201 %E2%80%A8 * {id} %27%20OR%201=1 \u00e9 \u{1F4A9} ;x=1 : ~ baton.db -1 1e9 NaN
    null http://example.org/`,
  ),
  fc.constantFrom("", "' OR 1=1 --", "a".repeat(300)),
);
/** Paths that there are, with something in the place of a part that is anybody's. */
const filled = fc
  .tuple(
    wordOf(
      `jobs/? jobs/? jobs/?/logs jobs/?/cancel jobs/?/progress jobs/?/? jobs/${someJob}/?
      jobs/${someJob}/progress/?/cancel jobs/${someJob}/priority jobs jobs lab/echo/? lab/files/?/? tools/? plugins/? events/?`,
    ),
    fc.oneof({ weight: 4, arbitrary: hostile }, known, fc.string({ maxLength: 8 })),
  )
  .map(([path, part]) => path.split("/").map((each) => (each === "?" ? part : each)));

const segments = fc.oneof(
  { weight: 5, arbitrary: filled },
  { weight: 3, arbitrary: fc.array(known, { maxLength: 4 }) },
  {
    weight: 2,
    arbitrary: fc.array(fc.oneof(known, hostile, fc.string({ maxLength: 8 })), { maxLength: 5 }),
  },
);

const parameter = wordOf("expand since limit order state type key timeout __proto__ x");
const argument = fc.oneof(
  fc.constantFrom("", "1", "true", "Pending", "-changed", "lab", "-1", "99999999999999999999"),
  fc.constantFrom("%00", "%ff", "%0d%0ax-injected: 1", "1;drop table jobs", "[object Object]"),
  fc.string({ maxLength: 6 }),
);
const query = fc
  .array(fc.tuple(parameter, argument), { maxLength: 3 })
  .map((pairs) => pairs.map(([name, value]) => `${name}=${value}`).join("&"));

const header = fc.oneof(
  fc.tuple(fc.constant("content-type"), fc.constantFrom("application/json", "?", "text/html; ;")),
  fc.tuple(fc.constant("content-length"), fc.constantFrom("0", "5", "-1", "1e3", "99999999999")),
  fc.tuple(fc.constant("transfer-encoding"), fc.constantFrom("chunked", "gzip", "x, chunked")),
  fc.tuple(fc.constant("range"), fc.constantFrom("bytes=0-1", "bytes=9-2", "bytes=-", "lines=1-2")),
  fc.tuple(fc.constant("if-none-match"), fc.constantFrom("*", '"x"', "W/,", "\u00e9")),
  fc.tuple(fc.constant("if-range"), fc.constantFrom('"x"', "yesterday")),
  fc.tuple(fc.constant("last-event-id"), fc.constantFrom("0", "x", "-1", "9".repeat(40))),
  fc.tuple(fc.constant("authorization"), fc.constantFrom("Basic", "Basic Og==", "Bearer x", "x")),
  fc.tuple(fc.constant("x-baton-database"), fc.constantFrom("*", "%2Fetc", "%")),
  fc.tuple(fc.constant("expect"), fc.constantFrom("100-continue", "a miracle")),
  fc.tuple(fc.constant("upgrade"), fc.constantFrom("websocket", "h2c")),
  fc.tuple(
    fc.constant("origin"),
    fc.constantFrom("null", "http://localhost", "https://example.org"),
  ),
  fc.tuple(fc.constant("host"), fc.constantFrom("localhost", "example.org", "", "[::1]:x")),
  fc.tuple(
    fc.constantFrom("__proto__", "constructor", "x-a", "cookie"),
    fc.string({ maxLength: 9 }),
  ),
);

/** Mostly none: most of them end a request at the first door. */
const headers = fc.oneof(
  { weight: 3, arbitrary: fc.constant([]) },
  { weight: 1, arbitrary: fc.array(header, { minLength: 1, maxLength: 3 }) },
);

const json = fc.oneof(
  fc.json({ maxDepth: 3 }),
  fc.constantFrom(
    '{"__proto__":{"polluted":true}}',
    '{"constructor":{"prototype":{"polluted":true}}}',
    "[".repeat(5_000),
    `${'{"a":'.repeat(2_000)}1${"}".repeat(2_000)}`,
    '{"Type":"lab.work","Content":{"end":"fails"},"Synchronous":true,"Retry":{"Attempts":1e9}}',
    '{"Type":"lab.work","Content":[],"Priority":-99999999999,"UserData":{"__proto__":{"a":1}}}',
    '{"Type":"__proto__","Content":{},"StartAfter":"20991231T000000.000000","Key":"\\u0000"}',
    '{"Type":"lab.work","Content":{"__proto__":{"polluted":true}},"Priority":1e999}',
    "\uFEFF{}",
    '{"a":1',
  ),
);
const body = fc.oneof(
  { weight: 3, arbitrary: fc.constant(new Uint8Array(0)) },
  { weight: 3, arbitrary: json.map((text) => new TextEncoder().encode(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }) },
);

const method = fc.oneof(
  { weight: 9, arbitrary: wordOf("GET GET GET POST POST PUT DELETE") },
  { weight: 1, arbitrary: fc.constantFrom("HEAD", "OPTIONS", "PATCH", "TRACE", "PROPFIND") },
  { weight: 1, arbitrary: fc.constantFrom("BREW", "get", "M-SEARCH", "LOCK") },
);

/** Some requests that are sent at the same time. */
export const wildRequests: fc.Arbitrary<readonly WildRequest[]> = fc.array(
  fc.record({ method, segments, query, headers, body }),
  { minLength: 1, maxLength: 16 },
);

const plain: WildRequest = {
  method: "GET",
  segments: ["jobs"],
  query: "",
  headers: [],
  body: new Uint8Array(0),
};

/** One for each kind of answer, so that whoever begins with these has seen every door open or shut. */
export const tameRequests: readonly WildRequest[] = [
  plain,
  { ...plain, segments: ["jobs", someJob] },
  { ...plain, segments: ["jobs", "%zz"] },
  { ...plain, segments: ["nowhere"] },
  { ...plain, method: "DELETE" },
  { ...plain, headers: [["host", "example.org"]] },
];

/** The bytes of a request. What would end its line or its header is left out of both, as a client would. */
export function bytesOf(request: WildRequest, jobs: readonly string[]): Buffer {
  const { method: verb, segments: parts, query: asked, headers: given, body: content } = request;
  const path = parts.map((part, at) =>
    part === someJob ? (jobs[(at * 7 + content.length) % jobs.length] ?? "none") : part,
  );
  const target = `/${path.join("/")}${asked === "" ? "" : `?${asked}`}`.replaceAll(
    /[\0-\x20]/g,
    "+",
  );
  const names = new Set(given.map(([name]) => name));
  const lines = given.map(([name, value]) => `${name}: ${value.replaceAll(/\p{Cc}/gu, "")}`);
  if (!names.has("host")) lines.push("host: localhost");
  if (!names.has("content-length") && !names.has("transfer-encoding") && content.length > 0) {
    lines.push(`content-length: ${content.length}`);
  }
  lines.push("connection: close");
  const head = `${verb} ${target} HTTP/1.1\r\n${lines.join("\r\n")}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), content]);
}
