import assert from "node:assert/strict";
import { after, before, describe, it } from "node:test";
import { statuses } from "../../src/adapters/native/numbers.ts";
import { openPluginHost } from "../../src/testing/index.ts";
import { HostWorkshop } from "./support/host-workshop.ts";

/**
 * POST /wild?far=0 submits a job whose progress is infinity of infinity, ?far=1 one that asks for a
 * retry at the end of all time. GET /taken says what becomes of routes that cannot be.
 */
const source = String.raw`
#define PLUGIN_NAME "wild"
#include "plugin.h"
#include <math.h>

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  if (payload == NULL) {
    const baton_status status = run->set_progress(run, INFINITY, INFINITY);
    run->log(run, BATON_LOG_INFO, status == BATON_ERROR_INVALID_ARGUMENT ? "refused" : "taken");
    sleep_ms(300); /* long enough to be told, and saved */
    return BATON_STEP_SUCCESS;
  }
  run->retry_after(run, INT64_MAX);
  return BATON_STEP_RETRY;
}

static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  (void)payload;
  return sink->write(sink, "state", 5);
}

static baton_status BATON_CALL jobs(void* data, const baton_request* request,
                                    baton_response* response) {
  const baton_host* host = data;
  baton_job_desc desc = {0};
  baton_job job;
  char id[BATON_ID_SIZE] = "";
  baton_status status;
  desc.struct_size = sizeof desc;
  desc.type = "wild";
  desc.payload = argument_number(request, "far", 0) ? data : NULL;
  desc.step = step;
  desc.get_serialized = get_serialized;
  if ((status = host->create_job(host, &desc, &job)) == BATON_OK) {
    status = host->submit_job(host, job, NULL, id);
    if (status != BATON_OK) host->free_job(host, job);
  }
  return status == BATON_OK ? answer(response, "%s", id) : status;
}

static baton_status BATON_CALL none(void* data, const baton_request* request,
                                    baton_response* response) {
  (void)data, (void)request;
  return answer(response, "mine");
}

static baton_status BATON_CALL taken(void* data, const baton_request* request,
                                     baton_response* response) {
  const baton_host* host = data;
  const char* method = argument(request, "method", "GET");
  const char* pattern = argument(request, "pattern", "");
  return answer(response, "%d", (int)host->register_route(host, method, pattern, none, data));
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  baton_status status = host->register_route(host, "POST", "/wild", jobs, (void*)host);
  if (status != BATON_OK) return status;
  return host->register_route(host, "GET", "/taken", taken, (void*)host);
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
`;

const workshop = new HostWorkshop();
let path = "";
before(() => {
  path = workshop.libraryOf("wild", source);
});
after(() => workshop.remove());

for (const isolation of ["none", "process"] as const) {
  describe(`in a host with a store, isolation ${isolation}`, { timeout: 60_000 }, () => {
    it("a progress that is no number is refused, and its job ends", async () => {
      await using harness = await openPluginHost({ path, isolation }, { store: "sqlite" });
      const id = (await harness.request("POST", "/wild?far=0")).text();
      assert.equal((await harness.next("finished", id)).state, "succeeded");
      const said = harness.events.filter((event) => event.kind === "logged");
      assert.deepEqual(
        said.map(({ text }) => text),
        ["refused"],
      );
    });

    it("a retry at the end of all time has a date, and all jobs can be listed", async () => {
      await using harness = await openPluginHost({ path, isolation }, { store: "sqlite" });
      const id = (await harness.request("POST", "/wild?far=1")).text();
      await harness.next("retrying", id);
      const list = await harness.request("GET", "/jobs?expand");
      assert.equal(list.status, 200, list.text());
      const [job] = list.json() as { DueTime: string }[];
      assert.match(job?.DueTime ?? "", /^\d{8}T\d{6}\.\d{6}$/);
      await harness.host.cancelJob(id);
    });

    it("a route that would be the host's, or nobody's, is refused at once", async () => {
      await using harness = await openPluginHost({ path, isolation });
      const status = async (method: string, pattern: string): Promise<string | undefined> => {
        const query = new URLSearchParams({ method, pattern });
        return statuses[Number((await harness.request("GET", `/taken?${String(query)}`)).text())];
      };
      for (const pattern of ["/jobs", "/jobs/{id}", "/jobs/{id}/x", "/metrics", "/system/{a*}"])
        assert.equal(await status("GET", pattern), "NAME_TAKEN", pattern);
      for (const pattern of ["/", "//a", "/a b", "/a/", "/ä", "/{1}"])
        assert.equal(await status("GET", pattern), "INVALID_ARGUMENT", pattern);
      assert.equal(await status("PATCH", "/wild"), "INVALID_ARGUMENT");
      assert.equal(await status("GET", "/fine/{id}"), "OK");
      assert.equal((await harness.request("GET", "/fine/1")).text(), "mine");
    });
  });
}
