/* The plugin of native-jobs.ts. POST /native-jobs/{kind}/{batch}/{count} submits `count` one-step
 * jobs from the request's own thread, waits until the last of them is finalized, and answers how
 * many nanoseconds that took from the first create_job on. `kind`: "bare" jobs have no getters,
 * "full" ones say a content and a state. `batch`: 1 is submit_job, more is submit_jobs with so many
 * at a time. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "baton.h"

enum { TEXT_SIZE = 64, LARGEST_BATCH = 100 };

typedef struct payload {
  batch* all;
  int64_t number;
} payload;

static int32_t BATON_CALL step(void* self, const baton_run* run) {
  (void)self;
  (void)run;
  return BATON_STEP_SUCCESS;
}

static baton_status BATON_CALL write_number(void* self, const baton_sink* sink) {
  char text[TEXT_SIZE];
  const int size =
      snprintf(text, sizeof text, "{\"number\":%" PRId64 "}", ((payload*)self)->number);
  return sink->write(sink, text, (size_t)size);
}

static void BATON_CALL finalize(void* self) {
  batch* all = ((payload*)self)->all;
  free(self);
  leave_batch(all);
}

static baton_status create(const baton_host* host, payload* self, int is_full, baton_job* job) {
  baton_job_desc desc = {0};
  desc.struct_size = sizeof desc;
  desc.type = "native-jobs.one-step";
  desc.payload = self;
  desc.step = step;
  desc.get_content = is_full ? write_number : NULL;
  desc.get_serialized = is_full ? write_number : NULL;
  desc.finalize = finalize;
  return host->create_job(host, &desc, job);
}

static baton_status create_numbered(const baton_host* host, batch* all, int64_t number, int is_full,
                                    baton_job* job) {
  baton_status status;
  payload* self = malloc(sizeof *self);
  if (self == NULL) return BATON_ERROR_NO_MEMORY;
  self->all = all;
  self->number = number;
  status = create(host, self, is_full, job);
  if (status != BATON_OK) {
    free(self);
    return status;
  }
  join_batch(all);
  return BATON_OK;
}

static baton_status hand_over(const baton_host* host, const baton_job* jobs, size_t count) {
  char ids[LARGEST_BATCH][BATON_ID_SIZE];
  if (count == 1) return host->submit_job(host, jobs[0], NULL, ids[0]);
  if (!BATON_HAS(baton_host, host, submit_jobs)) return BATON_ERROR_UNSUPPORTED;
  return host->submit_jobs(host, jobs, count, NULL, ids, NULL);
}

/* `count` jobs, at most LARGEST_BATCH, with the numbers from `first` on. */
static baton_status submit(const baton_host* host, batch* all, int64_t first, size_t count,
                           int is_full) {
  baton_job jobs[LARGEST_BATCH];
  baton_status status = BATON_OK;
  size_t created = 0;
  while (created < count && status == BATON_OK) {
    status = create_numbered(host, all, first + (int64_t)created, is_full, &jobs[created]);
    if (status == BATON_OK) created++;
  }
  if (status == BATON_OK) status = hand_over(host, jobs, count);
  if (status == BATON_OK) return BATON_OK;
  while (created > 0) host->free_job(host, jobs[--created]);
  return status;
}

static baton_status BATON_CALL run(void* data, const baton_request* request,
                                   baton_response* response) {
  const baton_host* host = data;
  const int is_full = strcmp(request->groups[0].value, "full") == 0;
  const int64_t at_a_time = atoll(request->groups[1].value);
  const int64_t count = atoll(request->groups[2].value);
  batch all = BATCH_OF_NONE;
  const int64_t began_at = now_ns();
  baton_status status = BATON_OK;
  int64_t ended_at;
  int64_t number;
  char text[TEXT_SIZE];
  int size;
  if (at_a_time < 1 || at_a_time > LARGEST_BATCH) return BATON_ERROR_INVALID_ARGUMENT;
  for (number = 0; number < count && status == BATON_OK; number += at_a_time) {
    const int64_t left = count - number;
    status = submit(host, &all, number, (size_t)(left < at_a_time ? left : at_a_time), is_full);
  }
  ended_at = await_end(&all);
  if (status != BATON_OK) return status;
  size = snprintf(text, sizeof text, "%" PRId64, ended_at - began_at);
  return response->write(response, text, (size_t)size);
}

static baton_status BATON_CALL start(const baton_host* host) {
  return host->register_route(host, "POST", "/native-jobs/{kind}/{batch}/{count}", run,
                              (void*)host);
}

static void BATON_CALL stop(void) {}

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static const baton_plugin plugin = {sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0,
                                      "native-jobs",        "1.0.0",         start,           stop};
  return &plugin;
}
