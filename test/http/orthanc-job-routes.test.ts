import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { JsonObject } from "../../src/sdk.ts";
import { openPluginHost, type PluginHarness } from "../../src/testing/index.ts";
import { compare } from "./orthanc/compare.ts";
import { Met } from "./orthanc/differences.ts";
import { jobRoutes, ownPath, reasonToSkip, workOf, type NextJob } from "./orthanc/job-routes.ts";
import {
  about,
  bodyOf,
  idIn,
  isShown,
  recorded,
  versions,
  type Exchange,
} from "./orthanc/recordings.ts";
import { send, type Answer } from "./scripted-host.ts";

/** One host, and which of its jobs are which of the recorded ones. */
class Replay {
  readonly #harness: PluginHarness;
  readonly #next: NextJob;
  readonly #ids = new Map<string, string>();
  readonly #met = new Met();

  constructor(harness: PluginHarness, next: NextJob) {
    this.#harness = harness;
    this.#next = next;
  }

  async play(exchange: Exchange, later: readonly Exchange[]): Promise<void> {
    const { method, path } = exchange.request;
    if (method === "POST" && !path.startsWith("/jobs/")) return this.#make(exchange, later);
    const id = this.#ids.get(idIn(path) ?? "");
    if (id === undefined) throw new Error(`${about(exchange)}: of no job that was made`);
    const { json } = exchange.response;
    if (isShown(json) && (json.State === "Success" || json.State === "Failure")) {
      await this.#harness.host.waitJob(id);
    }
    compare(exchange, await this.#ask(exchange, id), this.#met, { values: false });
  }

  async #make(exchange: Exchange, later: readonly Exchange[]): Promise<void> {
    Object.assign(this.#next, workOf(exchange, later));
    const answer = await this.#ask(exchange, null);
    const where = about(exchange);
    const theirs = exchange.response;
    assert.equal(answer.status, theirs.status, where);
    const [ours, their] = [answer.json, theirs.json] as readonly JsonObject[];
    if (answer.status >= 400) return compare(exchange, answer, this.#met, { values: false });
    assert.equal(answer.headers["content-type"], theirs.headers["content-type"], where);
    if (typeof their?.["Path"] !== "string" || their["Path"] !== `/jobs/${their["ID"] as string}`) {
      return assert.deepEqual(ours, their, where);
    }
    const id = ours?.["ID"] as string;
    assert.deepEqual(ours, { ID: id, Path: `/jobs/${id}` }, where);
    this.#ids.set(their["ID"] as string, id);
  }

  #ask(exchange: Exchange, id: string | null): Promise<Answer> {
    const { request } = exchange;
    const { method, headers } = request;
    const path =
      id === null ? ownPath(request.path) : request.path.replace(/[0-9a-f]{8}-[0-9a-f-]{27}/, id);
    assert(this.#harness.host.url !== null);
    return send(this.#harness.host.url, method, { path, headers, body: bodyOf(exchange) });
  }
}

/** Until its job is told to go on, which is no request. */
const ofPending =
  /no free worker|Priority -7|^pending|pause it while|^paused$|resume it|after resume|resubmit of a job that|^storescp is back|^after resubmit/;
const ofArchive =
  /before the job is done|^cancel it|^cancelled|of a cancelled|^resubmit it$|after resubmit/;

describe("routes that make jobs, as those of a real Orthanc", () => {
  for (const version of versions) {
    for (const file of ["10-store", "11-archive", "12-other-built-in"] as const) {
      it(`answer alike: ${version}, ${file}`, async () => {
        const next: NextJob = { work: { steps: 1 }, isPending: false };
        await using harness = await openPluginHost(jobRoutes(next), {
          historySize: 100,
          store: "sqlite",
        });
        const replay = new Replay(harness, next);
        const exchanges = recorded(version, file);
        let played = 0;
        for (const [at, exchange] of exchanges.entries()) {
          const { note } = exchange;
          if (reasonToSkip(exchange) !== null || ofPending.test(note)) continue;
          if (file === "11-archive" && ofArchive.test(note)) continue;
          await replay.play(exchange, exchanges.slice(at + 1));
          played += 1;
        }
        assert.ok(played >= 10, `${played} of ${exchanges.length}`);
      });
    }
  }
});
