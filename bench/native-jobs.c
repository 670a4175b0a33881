/* The plugin of native-jobs.ts. POST /native-jobs/{kind}/{count} submits `count` one-step jobs from
 * the request's own thread, waits until the last of them is finalized, and answers how many
 * nanoseconds that took from the first create_job on. `kind`: "bare" jobs have no getters, "full"
 * ones say a content and a state. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <pthread.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "baton.h"

enum { TEXT_SIZE = 64 };

/* All jobs of one request. It outlives them: the request waits for `open` to become 0. */
typedef struct batch {
  int64_t open; /* payloads that are not finalized, and the request itself; atomic */
  pthread_mutex_t mutex;
  pthread_cond_t ended;
  int64_t ended_at; /* nanoseconds; 0: not yet. Guarded by `mutex` */
} batch;

typedef struct payload {
  batch* all;
  int64_t number;
} payload;

static int64_t now_ns(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

static void let_go(batch* all) {
  if (__atomic_sub_fetch(&all->open, 1, __ATOMIC_ACQ_REL) > 0) return;
  pthread_mutex_lock(&all->mutex);
  all->ended_at = now_ns();
  pthread_cond_signal(&all->ended);
  pthread_mutex_unlock(&all->mutex);
}

static int64_t await_end(batch* all) {
  pthread_mutex_lock(&all->mutex);
  while (all->ended_at == 0) pthread_cond_wait(&all->ended, &all->mutex);
  pthread_mutex_unlock(&all->mutex);
  return all->ended_at;
}

static int32_t BATON_CALL step(void* self, const baton_run* run) {
  (void)self;
  (void)run;
  return BATON_STEP_SUCCESS;
}

static baton_status BATON_CALL get_content(void* self, const baton_sink* sink) {
  char text[TEXT_SIZE];
  const int size =
      snprintf(text, sizeof text, "{\"number\":%" PRId64 "}", ((payload*)self)->number);
  return sink->write(sink, text, (size_t)size);
}

static baton_status BATON_CALL get_serialized(void* self, const baton_sink* sink) {
  char text[TEXT_SIZE];
  const int size = snprintf(text, sizeof text, "%" PRId64, ((payload*)self)->number);
  return sink->write(sink, text, (size_t)size);
}

static void BATON_CALL finalize(void* self) {
  batch* all = ((payload*)self)->all;
  free(self);
  let_go(all);
}

static baton_status submit(const baton_host* host, batch* all, int64_t number, int is_full) {
  baton_job_desc desc = {0};
  baton_job job;
  char id[BATON_ID_SIZE];
  baton_status status;
  payload* self = malloc(sizeof *self);
  if (self == NULL) return BATON_ERROR_NO_MEMORY;
  self->all = all;
  self->number = number;
  desc.struct_size = sizeof desc;
  desc.type = "native-jobs.one-step";
  desc.payload = self;
  desc.step = step;
  desc.get_content = is_full ? get_content : NULL;
  desc.get_serialized = is_full ? get_serialized : NULL;
  desc.finalize = finalize;
  status = host->create_job(host, &desc, &job);
  if (status != BATON_OK) {
    free(self);
    return status;
  }
  __atomic_add_fetch(&all->open, 1, __ATOMIC_RELAXED);
  status = host->submit_job(host, job, NULL, id);
  if (status != BATON_OK) host->free_job(host, job);
  return status;
}

static baton_status BATON_CALL run(void* data, const baton_request* request,
                                   baton_response* response) {
  const baton_host* host = data;
  const int is_full = strcmp(request->groups[0].value, "full") == 0;
  const int64_t count = atoll(request->groups[1].value);
  batch all = {1, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0};
  const int64_t began_at = now_ns();
  baton_status status = BATON_OK;
  int64_t ended_at;
  int64_t number;
  char text[TEXT_SIZE];
  int size;
  for (number = 0; number < count && status == BATON_OK; number++) {
    status = submit(host, &all, number, is_full);
  }
  let_go(&all);
  ended_at = await_end(&all);
  if (status != BATON_OK) return status;
  size = snprintf(text, sizeof text, "%" PRId64, ended_at - began_at);
  return response->write(response, text, (size_t)size);
}

static baton_status BATON_CALL start(const baton_host* host) {
  return host->register_route(host, "POST", "/native-jobs/{kind}/{count}", run, (void*)host);
}

static void BATON_CALL stop(void) {}

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static const baton_plugin plugin = {sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0,
                                      "native-jobs",        "1.0.0",         start,           stop};
  return &plugin;
}
