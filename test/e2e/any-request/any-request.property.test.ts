import assert from "node:assert/strict";
import { describe, it } from "node:test";
import * as fc from "fast-check";
import { newToken, tokenHashText } from "../../../src/http/doors/tokens.ts";
import { exchange, type WildAnswer } from "./answers.ts";
import { openFuzzedHost, type FuzzedHost } from "./fuzzed-host.ts";
import { bytesOf, tameRequests, wildRequests, type WildRequest } from "./wild-requests.ts";

const seconds = process.env["BATON_LONG"] === "1" ? 60 : 4;
const { BATON_SEED: given, BATON_PATH: path } = process.env;
const seed = Number(given ?? Math.floor(Math.random() * 2 ** 31));

/** 501: an unknown method; 503: full, or closing. Everything else there is no reason for. */
const explained: ReadonlySet<number> = new Set([501, 503]);

/** What is for everybody: it says nothing of jobs. */
const open = /^\/*health\//;

/** What stands in a stack, a statement, or a path of this machine. */
const inside = /node_modules|\n\s+at |SQLITE|SELECT |INSERT |\/src\/|\/dist\/|polluted/;

/** What is wrong with an answer; null: nothing. */
function wrong(
  answer: WildAnswer | null,
  request: WildRequest,
  { folder }: FuzzedHost,
): string | null {
  if (answer === null) return "no answer";
  const { status, head, body } = answer;
  if (status >= 500 && !explained.has(status)) return `status ${status}`;
  if (/^x-injected/im.test(head)) return "an injected header";
  if (status < 400 || request.method === "HEAD") return null;
  if (inside.test(body) || body.includes(folder)) return "the inside shows";
  return /"BatonError": \{\s*"Code": "[A-Z_]+"/.test(body) ? null : "no error body";
}

async function fuzz(
  one: FuzzedHost,
  check: (request: WildRequest, answer: WildAnswer | null) => void,
): Promise<void> {
  const property = fc.asyncProperty(wildRequests, async (requests) => {
    await one.seed();
    const jobs = one.host.jobIds();
    await Promise.all(
      requests.map(async (request) => {
        const bytes = bytesOf(request, jobs);
        const shown = bytes.toString("latin1").slice(0, 600);
        const answer = await exchange(one.url, bytes).catch((error: unknown) => {
          throw new Error(`${String(error)}\n${shown}`, { cause: error });
        });
        const why = wrong(answer, request, one);
        assert.equal(why, null, `${why}: ${answer?.body.slice(0, 600)}\n--- to\n${shown}`);
        check(request, answer);
      }),
    );
    assert.equal(Object.hasOwn(Object.prototype, "polluted"), false);
    assert.deepEqual(one.faults, []);
  });
  await fc.assert(property, {
    seed,
    ...(path === undefined ? {} : { path }),
    examples: [[tameRequests]],
    numRuns: Number.MAX_SAFE_INTEGER,
    interruptAfterTimeLimit: seconds * 1_000,
    markInterruptAsFailure: false,
  });
}

describe("any request", { timeout: (2 * seconds + 60) * 1_000 }, () => {
  it(`is answered, and by no fault of the host's (BATON_SEED=${seed})`, async () => {
    await using one = await openFuzzedHost();
    const seen = new Map<number, number>();
    await fuzz(one, (_request, answer) => {
      const status = answer?.status ?? 0;
      seen.set(status, (seen.get(status) ?? 0) + 1);
    });
    // A fuzzer that is turned away at the first door finds nothing.
    for (const status of [200, 400, 403, 404, 405]) {
      assert.ok(seen.has(status), `no answer was ${status}: ${JSON.stringify([...seen])}`);
    }
    assert.ok(one.host.jobs().length > 0, "it still has jobs, and says so");
  });

  it(`without a token learns and changes nothing (BATON_SEED=${seed})`, async () => {
    const hash = tokenHashText(newToken());
    await using one = await openFuzzedHost({ tokens: { only: { hash, scopes: ["read"] } } });
    const shut = new Set([400, 401, 403, 408, 417, 429, 431]);
    await fuzz(one, (request, answer) => {
      const isOpen = open.test(request.segments.join("/"));
      assert.ok(
        isOpen || shut.has(answer?.status ?? 0),
        `${answer?.status} to ${JSON.stringify(request)}`,
      );
    });
    assert.ok(one.host.jobs().length > 0, "they were not deleted");
    assert.ok(one.host.jobs().every(({ requested }) => requested === "nothing"));
  });
});
