/* The plugin of start-latency.ts. POST /start-latency/{count} submits `count` jobs that can be saved,
 * one after the other, the next when the one before is finalized and all has been idle for a while,
 * and answers "<p50> <p99>": nanoseconds from the call of submit_job to the first line of `step`. */
#define _POSIX_C_SOURCE 200809L

#include <stdint.h>
#include <stdlib.h>

#include "batch.h"
#include "baton.h"
#include "latency.h"

enum { TEXT_SIZE = 64, IDLE_NS = 2000000 };

typedef struct payload {
  int64_t stepped_at;
  batch all;
} payload;

static int32_t BATON_CALL step(void* self, const baton_run* run) {
  ((payload*)self)->stepped_at = now_ns();
  (void)run;
  return BATON_STEP_SUCCESS;
}

static baton_status BATON_CALL write_state(void* self, const baton_sink* sink) {
  (void)self;
  return sink->write(sink, "{}", 2);
}

static void BATON_CALL finalize(void* self) { leave_batch(&((payload*)self)->all); }

static baton_status sample(const baton_host* host, int64_t* took) {
  payload self = {0, BATCH_OF_NONE};
  baton_job_desc desc = {0};
  baton_job job;
  char id[BATON_ID_SIZE];
  int64_t called_at;
  baton_status status;
  desc.struct_size = sizeof desc;
  desc.type = "start-latency.one-step";
  desc.payload = &self;
  desc.step = step;
  desc.get_content = write_state;
  desc.get_serialized = write_state;
  desc.finalize = finalize;
  status = host->create_job(host, &desc, &job);
  if (status != BATON_OK) return status;
  join_batch(&self.all);
  called_at = now_ns();
  status = host->submit_job(host, job, NULL, id);
  if (status != BATON_OK) host->free_job(host, job);
  await_end(&self.all);
  *took = self.stepped_at - called_at;
  return status;
}

static baton_status sample_all(const baton_host* host, int64_t* samples, int64_t count) {
  baton_status status = BATON_OK;
  int64_t i;
  for (i = 0; i < count && status == BATON_OK; i++) {
    sleep_ns(IDLE_NS);
    status = sample(host, &samples[i]);
  }
  return status;
}

static baton_status BATON_CALL run(void* data, const baton_request* request,
                                   baton_response* response) {
  const int64_t count = atoll(request->groups[0].value);
  int64_t* samples = calloc((size_t)count, sizeof *samples);
  baton_status status;
  char text[TEXT_SIZE];
  if (samples == NULL) return BATON_ERROR_NO_MEMORY;
  status = sample_all(data, samples, count);
  if (status == BATON_OK) {
    const int size = write_percentiles(text, sizeof text, samples, count);
    status = response->write(response, text, (size_t)size);
  }
  free(samples);
  return status;
}

static baton_status BATON_CALL start(const baton_host* host) {
  return host->register_route(host, "POST", "/start-latency/{count}", run, (void*)host);
}

static void BATON_CALL stop(void) {}

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static const baton_plugin plugin = {sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0,
                                      "start-latency",      "1.0.0",         start,           stop};
  return &plugin;
}
