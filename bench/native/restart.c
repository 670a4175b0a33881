/* The plugin of restart.ts. POST /restart/fill/{count} has a job hold the only slot and submits so
 * many jobs that can be saved behind it. A later host revives them; the first step there writes a
 * line "stepped <nanoseconds of the monotonic clock>" to the standard output. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "baton.h"
#include "latency.h"

enum { TEXT_SIZE = 64, BATCH = 100, PRIORITIES = 10, TOP_PRIORITY = 100 };

typedef struct payload {
  int64_t number;
} payload;

static int stepped; /* atomic */

static int32_t BATON_CALL step(void* self, const baton_run* run) {
  (void)self;
  (void)run;
  if (__atomic_exchange_n(&stepped, 1, __ATOMIC_RELAXED) == 0) {
    printf("stepped %" PRId64 "\n", now_ns());
    fflush(stdout);
  }
  return BATON_STEP_SUCCESS;
}

/* Until the host closes. */
static int32_t BATON_CALL hold(void* self, const baton_run* run) {
  (void)self;
  while (run->should_stop(run) == 0) sleep_ns(1000000);
  return BATON_STEP_CONTINUE;
}

static baton_status BATON_CALL write_number(void* self, const baton_sink* sink) {
  char text[TEXT_SIZE];
  const int size =
      snprintf(text, sizeof text, "{\"number\":%" PRId64 "}", ((payload*)self)->number);
  return sink->write(sink, text, (size_t)size);
}

static void BATON_CALL finalize(void* self) { free(self); }

static baton_status create(const baton_host* host, int64_t number, baton_job* job) {
  baton_job_desc desc = {0};
  baton_status status;
  payload* self = malloc(sizeof *self);
  if (self == NULL) return BATON_ERROR_NO_MEMORY;
  self->number = number;
  desc.struct_size = sizeof desc;
  desc.type = "restart.job";
  desc.payload = self;
  desc.step = step;
  desc.get_content = write_number;
  desc.get_serialized = write_number;
  desc.finalize = finalize;
  status = host->create_job(host, &desc, job);
  if (status != BATON_OK) free(self);
  return status;
}

static baton_status BATON_CALL revive(void* data, const char* type, const void* bytes, size_t size,
                                      baton_job* job_out) {
  char text[TEXT_SIZE] = "";
  int64_t number = 0;
  (void)type;
  memcpy(text, bytes, size < TEXT_SIZE ? size : TEXT_SIZE - 1);
  sscanf(text, "{\"number\":%" SCNd64, &number);
  return create(data, number, job_out);
}

static baton_status hold_slot(const baton_host* host) {
  baton_job_desc desc = {0};
  baton_submit_options options = {0};
  baton_job job;
  char id[BATON_ID_SIZE];
  baton_status status;
  desc.struct_size = sizeof desc;
  desc.type = "restart.holder";
  desc.step = hold;
  options.struct_size = sizeof options;
  options.priority = TOP_PRIORITY;
  status = host->create_job(host, &desc, &job);
  if (status != BATON_OK) return status;
  status = host->submit_job(host, job, &options, id);
  if (status != BATON_OK) host->free_job(host, job);
  return status;
}

/* `count` of one priority, at most BATCH. */
static baton_status submit(const baton_host* host, int64_t first, size_t count) {
  baton_job jobs[BATCH];
  char ids[BATCH][BATON_ID_SIZE];
  baton_submit_options options = {0};
  baton_status status = BATON_OK;
  size_t created = 0;
  options.struct_size = sizeof options;
  options.priority = (int32_t)(first / BATCH % PRIORITIES);
  while (created < count && status == BATON_OK) {
    status = create(host, first + (int64_t)created, &jobs[created]);
    if (status == BATON_OK) created++;
  }
  if (status == BATON_OK) status = host->submit_jobs(host, jobs, count, &options, ids, NULL);
  if (status == BATON_OK) return BATON_OK;
  while (created > 0) host->free_job(host, jobs[--created]);
  return status;
}

static baton_status BATON_CALL fill(void* data, const baton_request* request,
                                    baton_response* response) {
  const int64_t count = atoll(request->groups[0].value);
  baton_status status = hold_slot(data);
  int64_t number;
  for (number = 0; number < count && status == BATON_OK; number += BATCH) {
    const int64_t left = count - number;
    status = submit(data, number, (size_t)(left < BATCH ? left : BATCH));
  }
  return status == BATON_OK ? response->write(response, "ok", 2) : status;
}

static baton_status BATON_CALL start(const baton_host* host) {
  const baton_status status = host->register_type(host, "restart.job", 0, revive, (void*)host);
  if (status != BATON_OK) return status;
  return host->register_route(host, "POST", "/restart/fill/{count}", fill, (void*)host);
}

static void BATON_CALL stop(void) {}

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static const baton_plugin plugin = {
      sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0, "restart", "1.0.0", start, stop};
  return &plugin;
}
