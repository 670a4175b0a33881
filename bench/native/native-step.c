/* The plugin of native-step.ts. POST /native-step/{kind}/{count} answers how many nanoseconds
 * `count` calls of `step` took, each of which said CONTINUE. `kind`: "job" has a job of the host
 * make them, "raw" a loop on the request's thread, through a pointer the compiler cannot see
 * through. The clock is read in the first call and in the one after the last, by `step` itself. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "baton.h"

enum { TEXT_SIZE = 64 };

/* The payload. It is the request's, which waits for `finalize`. */
typedef struct walk {
  int64_t at;
  int64_t count;
  int64_t began_at; /* nanoseconds, as `ended_at` */
  int64_t ended_at;
  batch all;
} walk;

static int32_t BATON_CALL step(void* self, const baton_run* run) {
  walk* w = self;
  (void)run;
  if (w->at == 0) w->began_at = now_ns();
  if (w->at == w->count) {
    w->ended_at = now_ns();
    return BATON_STEP_SUCCESS;
  }
  w->at++;
  return BATON_STEP_CONTINUE;
}

static void BATON_CALL finalize(void* self) { leave_batch(&((walk*)self)->all); }

static baton_status walk_as_job(const baton_host* host, walk* w) {
  baton_job_desc desc = {0};
  baton_job job;
  char id[BATON_ID_SIZE];
  baton_status status;
  desc.struct_size = sizeof desc;
  desc.type = "native-step.walk";
  desc.payload = w;
  desc.step = step;
  desc.finalize = finalize;
  status = host->create_job(host, &desc, &job);
  if (status != BATON_OK) return status;
  join_batch(&w->all);
  status = host->submit_job(host, job, NULL, id);
  if (status != BATON_OK) host->free_job(host, job);
  await_end(&w->all);
  return status;
}

static baton_status walk_raw(walk* w) {
  int32_t(BATON_CALL* volatile call)(void*, const baton_run*) = step;
  while (call(w, NULL) == BATON_STEP_CONTINUE) continue;
  return BATON_OK;
}

static baton_status BATON_CALL run(void* data, const baton_request* request,
                                   baton_response* response) {
  walk w = {0, 0, 0, 0, BATCH_OF_NONE};
  const int is_raw = strcmp(request->groups[0].value, "raw") == 0;
  baton_status status;
  char text[TEXT_SIZE];
  int size;
  w.count = atoll(request->groups[1].value);
  status = is_raw ? walk_raw(&w) : walk_as_job(data, &w);
  if (status != BATON_OK) return status;
  size = snprintf(text, sizeof text, "%" PRId64, w.ended_at - w.began_at);
  return response->write(response, text, (size_t)size);
}

static baton_status BATON_CALL start(const baton_host* host) {
  return host->register_route(host, "POST", "/native-step/{kind}/{count}", run, (void*)host);
}

static void BATON_CALL stop(void) {}

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static const baton_plugin plugin = {sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0,
                                      "native-step",        "1.0.0",         start,           stop};
  return &plugin;
}
