/* The plugin of loop-delay.ts. POST /loop-delay/{kind}/{count} has `count` threads compute until
 * POST /loop-delay/rest/0, which returns when all have stopped. `kind`: "job" has jobs of the host do
 * it, in steps of 1 ms that say how far they are, "thread" has threads of nobody's do it. */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "baton.h"

enum { STEP_NS = 1000000, MOST = 64 };

static int is_over; /* atomic */
static batch* busy; /* those that compute; guarded by the requests coming one after the other */

static void compute(void) {
  const int64_t until = now_ns() + STEP_NS;
  while (now_ns() < until) continue;
}

static int32_t BATON_CALL step(void* self, const baton_run* run) {
  (void)self;
  compute();
  run->set_progress(run, 0.5, 1);
  return __atomic_load_n(&is_over, __ATOMIC_RELAXED) ? BATON_STEP_SUCCESS : BATON_STEP_CONTINUE;
}

static void BATON_CALL finalize(void* self) { leave_batch(self); }

static void* compute_on(void* data) {
  while (!__atomic_load_n(&is_over, __ATOMIC_RELAXED)) compute();
  leave_batch(data);
  return NULL;
}

static baton_status begin_job(const baton_host* host) {
  baton_job_desc desc = {0};
  baton_job job;
  char id[BATON_ID_SIZE];
  baton_status status;
  desc.struct_size = sizeof desc;
  desc.type = "loop-delay.compute";
  desc.payload = busy;
  desc.step = step;
  desc.finalize = finalize;
  status = host->create_job(host, &desc, &job);
  if (status != BATON_OK) return status;
  join_batch(busy);
  status = host->submit_job(host, job, NULL, id);
  if (status != BATON_OK) host->free_job(host, job);
  return status;
}

static baton_status begin_thread(void) {
  pthread_t thread;
  join_batch(busy);
  if (pthread_create(&thread, NULL, compute_on, busy) != 0) abort();
  pthread_detach(thread);
  return BATON_OK;
}

static baton_status begin(const baton_host* host, int is_job, int64_t count) {
  static const batch none = BATCH_OF_NONE;
  baton_status status = BATON_OK;
  int64_t i;
  if (busy != NULL || count > MOST) return BATON_ERROR_WRONG_STATE;
  busy = malloc(sizeof *busy);
  if (busy == NULL) return BATON_ERROR_NO_MEMORY;
  *busy = none;
  __atomic_store_n(&is_over, 0, __ATOMIC_RELAXED);
  for (i = 0; i < count && status == BATON_OK; i++)
    status = is_job ? begin_job(host) : begin_thread();
  return status;
}

static void rest(void) {
  if (busy == NULL) return;
  __atomic_store_n(&is_over, 1, __ATOMIC_RELAXED);
  await_end(busy);
  free(busy);
  busy = NULL;
}

static baton_status BATON_CALL run(void* data, const baton_request* request,
                                   baton_response* response) {
  const char* kind = request->groups[0].value;
  baton_status status = BATON_OK;
  if (strcmp(kind, "rest") == 0)
    rest();
  else
    status = begin(data, strcmp(kind, "job") == 0, atoll(request->groups[1].value));
  return status == BATON_OK ? response->write(response, "ok", 2) : status;
}

static baton_status BATON_CALL start(const baton_host* host) {
  return host->register_route(host, "POST", "/loop-delay/{kind}/{count}", run, (void*)host);
}

static void BATON_CALL stop(void) {}

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static const baton_plugin plugin = {sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0,
                                      "loop-delay",         "1.0.0",         start,           stop};
  return &plugin;
}
