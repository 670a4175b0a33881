import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { statuses } from "../../src/adapters/native/numbers.ts";
import { openHost, type Host, type HostOptions } from "../../src/index.ts";
import { Events } from "../e2e/support/events.ts";
import { assertBalanced, watchCounts } from "./support/host-counts.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

/** POST /ranges/jobs?first=&cap=&attempts=&factor= submits a job that fails, retryable. */
const source = String.raw`
#define PLUGIN_NAME "ranges"
#include "plugin.h"

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  (void)payload;
  run->fail(run, "RANGES_FAILED", "as always", 1);
  return BATON_STEP_FAILURE;
}

static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  (void)payload;
  return sink->write(sink, "state", 5);
}

static baton_status BATON_CALL jobs(void* data, const baton_request* request,
                                    baton_response* response) {
  const baton_host* host = data;
  baton_submit_options options = {0};
  baton_job_desc desc = {0};
  baton_job job;
  char id[BATON_ID_SIZE] = "";
  baton_status status;
  options.struct_size = sizeof options;
  options.max_attempts = (int32_t)argument_number(request, "attempts", 0);
  options.backoff_first_ms = argument_number(request, "first", 0);
  options.backoff_cap_ms = argument_number(request, "cap", 0);
  options.backoff_factor = strtod(argument(request, "factor", "0"), NULL);
  desc.struct_size = sizeof desc;
  desc.type = "ranges";
  desc.step = step;
  desc.get_serialized = get_serialized;
  if ((status = host->create_job(host, &desc, &job)) == BATON_OK) {
    status = host->submit_job(host, job, &options, id);
    if (status != BATON_OK) host->free_job(host, job);
  }
  return answer(response, "%d %s", (int)status, id);
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  return host->register_route(host, "POST", "/ranges/jobs", jobs, (void*)host);
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
`;

const workshop = new HostWorkshop();
let library = "";
before(() => {
  library = workshop.libraryOf("ranges", source);
});
after(() => workshop.remove());

/** A host with the plugin; its payloads are counted when it closes. */
async function inHost(
  store: Required<HostOptions>["store"],
  test: (host: Host, events: Events) => Promise<void>,
): Promise<void> {
  const [counts, events] = [watchCounts(), new Events()];
  const { observer } = events;
  {
    await using host = await openHost({ http: { port: 0 }, plugins: [library], store, observer });
    await test(host, events);
  }
  assertBalanced(counts());
}

/** The status by its name, and the id of the job. */
async function submit(host: Host, query: string): Promise<{ status: string; id: string }> {
  const answer = await fetch(`${host.url}/ranges/jobs?${query}`, { method: "POST" });
  const [status = "", id = ""] = (await answer.text()).split(" ");
  return { status: statuses[Number(status)] ?? status, id };
}

const hours = (count: number): number => count * 3_600_000;

describe("the retry policy of a native job", { timeout: 60_000 }, () => {
  it("may begin above the default cap, and is read back as it was", async () => {
    const store = { kind: "sqlite", path: workshop.file("above.db") } as const;
    let [id, dueAt]: [string, number | null] = ["", null];
    await inHost(store, async (host, events) => {
      const submitted = await submit(host, `first=${hours(2)}&attempts=3`);
      assert.equal(submitted.status, "OK");
      ({ id } = submitted);
      await events.reached(id, "retrying");
      const job = host.jobInfo(id);
      ({ dueAt } = job);
      const delay = (dueAt ?? 0) - job.changedAt;
      // The state is entered a moment after the delay has begun.
      assert.ok(hours(1.9) < delay && delay <= hours(2), `${delay}`);
    });
    await inHost(store, (host) => {
      const job = host.jobInfo(id);
      assert.equal(host.jobs().length, 1);
      assert.deepEqual([job.state, job.attempts, job.dueAt], ["retrying", 1, dueAt]);
      return Promise.resolve();
    });
  });

  for (const kind of ["memory", "sqlite"] as const) {
    const store = kind === "memory" ? { kind } : { kind, path: workshop.file("refused.db") };
    it(`is refused outside of what could be read back (${kind})`, async () => {
      await inHost(store, async (host, events) => {
        for (const query of outside) {
          assert.equal((await submit(host, query)).status, "INVALID_ARGUMENT", query);
        }
        assert.deepEqual(host.jobs(), []);
        assert.ok(events.seen.every((event) => event.kind !== "submitted"));
        assert.equal((await submit(host, inside)).status, "OK");
      });
      await inHost(store, (host) => {
        assert.equal(host.jobs().length, kind === "memory" ? 0 : 1);
        return Promise.resolve();
      });
    });
  }
});

/** Each of them wrong in one thing. */
const outside = [
  "attempts=1000001",
  "attempts=2000000",
  "factor=5000",
  "factor=0.5",
  "factor=nan",
  "factor=inf",
  `first=${hours(2)}&cap=${hours(1)}`,
  "first=3155760000001",
  "cap=3155760000001",
  "first=-1",
];

const inside = "attempts=1000000&factor=1000&first=3155760000000&cap=3155760000000";
