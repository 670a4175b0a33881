/* The plugin of durable-jobs.ts. POST /durable-jobs/{threads}/{batch}/{count} submits `count`
 * one-step jobs that can be saved, from so many threads at once, waits until the last of them is
 * finalized, and answers "<submitted> <ended>": how many nanoseconds after the first create_job the
 * last submit had returned, and the last job had ended. `batch`: as in native-jobs.c. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "batch.h"
#include "baton.h"

enum { TEXT_SIZE = 64, LARGEST_BATCH = 100, MOST_THREADS = 64 };

typedef struct payload {
  batch* all;
  int64_t number;
} payload;

/* What one thread submits: the jobs with the numbers from `first` to `end`, without `end`. */
typedef struct share {
  const baton_host* host;
  batch* all;
  int64_t first;
  int64_t end;
  int64_t at_a_time;
  baton_status status;
} share;

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

static baton_status create(const share* of, int64_t number, baton_job* job) {
  baton_job_desc desc = {0};
  baton_status status;
  payload* self = malloc(sizeof *self);
  if (self == NULL) return BATON_ERROR_NO_MEMORY;
  self->all = of->all;
  self->number = number;
  desc.struct_size = sizeof desc;
  desc.type = "durable-jobs.one-step";
  desc.payload = self;
  desc.step = step;
  desc.get_content = write_number;
  desc.get_serialized = write_number;
  desc.finalize = finalize;
  status = of->host->create_job(of->host, &desc, job);
  if (status != BATON_OK) {
    free(self);
    return status;
  }
  join_batch(of->all);
  return BATON_OK;
}

static baton_status hand_over(const baton_host* host, const baton_job* jobs, size_t count) {
  char ids[LARGEST_BATCH][BATON_ID_SIZE];
  if (count == 1) return host->submit_job(host, jobs[0], NULL, ids[0]);
  if (!BATON_HAS(baton_host, host, submit_jobs)) return BATON_ERROR_UNSUPPORTED;
  return host->submit_jobs(host, jobs, count, NULL, ids, NULL);
}

static baton_status submit(const share* of, int64_t first, size_t count) {
  baton_job jobs[LARGEST_BATCH];
  baton_status status = BATON_OK;
  size_t created = 0;
  while (created < count && status == BATON_OK) {
    status = create(of, first + (int64_t)created, &jobs[created]);
    if (status == BATON_OK) created++;
  }
  if (status == BATON_OK) status = hand_over(of->host, jobs, count);
  if (status == BATON_OK) return BATON_OK;
  while (created > 0) of->host->free_job(of->host, jobs[--created]);
  return status;
}

static void* submit_share(void* data) {
  share* of = data;
  int64_t number;
  for (number = of->first; number < of->end && of->status == BATON_OK; number += of->at_a_time) {
    const int64_t left = of->end - number;
    of->status = submit(of, number, (size_t)(left < of->at_a_time ? left : of->at_a_time));
  }
  return NULL;
}

/* Returns when the last submit has. */
static baton_status submit_all(const share* whole, int64_t threads) {
  const int64_t count = whole->end;
  share shares[MOST_THREADS];
  pthread_t ids[MOST_THREADS];
  baton_status status = BATON_OK;
  int64_t i;
  for (i = 0; i < threads; i++) {
    shares[i] = *whole;
    shares[i].first = count * i / threads;
    shares[i].end = count * (i + 1) / threads;
    if (pthread_create(&ids[i], NULL, submit_share, &shares[i]) != 0) abort();
  }
  for (i = 0; i < threads; i++) {
    pthread_join(ids[i], NULL);
    if (shares[i].status != BATON_OK) status = shares[i].status;
  }
  return status;
}

static baton_status BATON_CALL run(void* data, const baton_request* request,
                                   baton_response* response) {
  batch all = BATCH_OF_NONE;
  const int64_t threads = atoll(request->groups[0].value);
  const int64_t at_a_time = atoll(request->groups[1].value);
  const int64_t count = atoll(request->groups[2].value);
  const share whole = {data, &all, 0, count, at_a_time, BATON_OK};
  const int64_t began_at = now_ns();
  int64_t submitted_at;
  int64_t ended_at;
  baton_status status;
  char text[TEXT_SIZE];
  int size;
  if (threads < 1 || threads > MOST_THREADS) return BATON_ERROR_INVALID_ARGUMENT;
  if (at_a_time < 1 || at_a_time > LARGEST_BATCH) return BATON_ERROR_INVALID_ARGUMENT;
  status = submit_all(&whole, threads);
  submitted_at = now_ns();
  ended_at = await_end(&all);
  if (status != BATON_OK) return status;
  size = snprintf(text, sizeof text, "%" PRId64 " %" PRId64, submitted_at - began_at,
                  ended_at - began_at);
  return response->write(response, text, (size_t)size);
}

static baton_status BATON_CALL start(const baton_host* host) {
  return host->register_route(host, "POST", "/durable-jobs/{threads}/{batch}/{count}", run,
                              (void*)host);
}

static void BATON_CALL stop(void) {}

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static const baton_plugin plugin = {sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0,
                                      "durable-jobs",       "1.0.0",         start,           stop};
  return &plugin;
}
