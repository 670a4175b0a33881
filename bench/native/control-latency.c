/* The plugin of control-latency.ts. POST /control-latency/{call}/{count} answers "<p50> <p99>":
 * nanoseconds from the call to what it has to reach. "pause" and "cancel": from pause_job, or
 * cancel_job, to the first line of `stop` of a job that runs, whose steps compute for 1 ms each.
 * "steps": from setting a flag to a thread of nobody's that makes such steps and looks at it in
 * between. "wake": from pthread_cond_signal to a thread that waits for it, while such a thread
 * computes. Each call comes at another time of a step. */
#define _POSIX_C_SOURCE 200809L

#include <pthread.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "batch.h"
#include "baton.h"
#include "latency.h"

enum { TEXT_SIZE = 64, STEP_NS = 1000000 };

/* Something that happens again and again on one thread, and that another waits for. */
typedef struct bell {
  pthread_mutex_t mutex;
  pthread_cond_t rung;
  int64_t rung_at; /* 0: not since it was last awaited. Guarded by `mutex` */
} bell;

#define SILENT_BELL \
  { PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, 0 }

static void ring(bell* b, int64_t at) {
  pthread_mutex_lock(&b->mutex);
  b->rung_at = at;
  pthread_cond_signal(&b->rung);
  pthread_mutex_unlock(&b->mutex);
}

static int64_t await_bell(bell* b) {
  int64_t at;
  pthread_mutex_lock(&b->mutex);
  while (b->rung_at == 0) pthread_cond_wait(&b->rung, &b->mutex);
  at = b->rung_at;
  b->rung_at = 0;
  pthread_mutex_unlock(&b->mutex);
  return at;
}

static void compute(int64_t ns) {
  const int64_t until = now_ns() + ns;
  while (now_ns() < until) continue;
}

/* -- jobs -- */

typedef struct payload {
  bell stepped; /* at the beginning of the first step of a run */
  bell stopped;
  int is_new_run;
} payload;

static int32_t BATON_CALL step(void* self, const baton_run* run) {
  payload* p = self;
  (void)run;
  if (p->is_new_run) ring(&p->stepped, now_ns());
  p->is_new_run = 0;
  compute(STEP_NS);
  return BATON_STEP_CONTINUE;
}

static void BATON_CALL stop_job(void* self, int32_t reason) {
  const int64_t at = now_ns();
  payload* p = self;
  (void)reason;
  p->is_new_run = 1;
  ring(&p->stopped, at);
}

static void BATON_CALL finalize(void* self) { free(self); }

static baton_status submit(const baton_host* host, payload** out, char* id) {
  static const payload fresh = {SILENT_BELL, SILENT_BELL, 1};
  baton_job_desc desc = {0};
  baton_job job;
  baton_status status;
  payload* self = malloc(sizeof *self);
  if (self == NULL) return BATON_ERROR_NO_MEMORY;
  *self = fresh;
  *out = self;
  desc.struct_size = sizeof desc;
  desc.type = "control-latency.steps";
  desc.payload = self;
  desc.step = step;
  desc.stop = stop_job;
  desc.finalize = finalize;
  status = host->create_job(host, &desc, &job);
  if (status != BATON_OK) {
    free(self);
    return status;
  }
  status = host->submit_job(host, job, NULL, id);
  if (status != BATON_OK) host->free_job(host, job);
  return status;
}

/* Into the middle of a step, another time after so many; a step of each run was begun before. */
static void sleep_into_step(int64_t sample) { sleep_ns(STEP_NS + (sample * 379 % 1000) * 1000); }

static baton_status pause_all(const baton_host* host, int64_t* samples, int64_t count) {
  payload* p;
  char id[BATON_ID_SIZE];
  baton_status status = submit(host, &p, id);
  int64_t i;
  for (i = 0; i < count && status == BATON_OK; i++) {
    int64_t called_at;
    await_bell(&p->stepped);
    sleep_into_step(i);
    called_at = now_ns();
    status = host->pause_job(host, id);
    if (status != BATON_OK) break;
    samples[i] = await_bell(&p->stopped) - called_at;
    status = host->resume_job(host, id);
  }
  return status == BATON_OK ? host->cancel_job(host, id) : status;
}

/* The payload lives on: a job that was canceled stays in the history. */
static baton_status cancel_all(const baton_host* host, int64_t* samples, int64_t count) {
  baton_status status = BATON_OK;
  int64_t i;
  for (i = 0; i < count && status == BATON_OK; i++) {
    payload* p;
    char id[BATON_ID_SIZE];
    int64_t called_at;
    status = submit(host, &p, id);
    if (status != BATON_OK) break;
    await_bell(&p->stepped);
    sleep_into_step(i);
    called_at = now_ns();
    status = host->cancel_job(host, id);
    if (status == BATON_OK) samples[i] = await_bell(&p->stopped) - called_at;
  }
  return status;
}

/* -- bare steps -- */

typedef struct stepper {
  bell stopped;
  int is_asked; /* atomic */
} stepper;

static void* step_until_asked(void* data) {
  stepper* s = data;
  while (!__atomic_load_n(&s->is_asked, __ATOMIC_ACQUIRE)) compute(STEP_NS);
  ring(&s->stopped, now_ns());
  return NULL;
}

static baton_status step_all(int64_t* samples, int64_t count) {
  int64_t i;
  for (i = 0; i < count; i++) {
    stepper s = {SILENT_BELL, 0};
    pthread_t thread;
    int64_t called_at;
    if (pthread_create(&thread, NULL, step_until_asked, &s) != 0) abort();
    sleep_into_step(i);
    called_at = now_ns();
    __atomic_store_n(&s.is_asked, 1, __ATOMIC_RELEASE);
    samples[i] = await_bell(&s.stopped) - called_at;
    pthread_join(thread, NULL);
  }
  return BATON_OK;
}

/* -- a bare condition variable -- */

typedef struct rival {
  bell asked;
  bell woken;
  int64_t left; /* how often it will be asked */
  int is_over;  /* atomic */
} rival;

static void* wait_and_say_when(void* data) {
  rival* r = data;
  for (; r->left > 0; r->left--) {
    await_bell(&r->asked);
    ring(&r->woken, now_ns());
  }
  return NULL;
}

static void* compute_on(void* data) {
  rival* r = data;
  while (!__atomic_load_n(&r->is_over, __ATOMIC_RELAXED)) compute(STEP_NS);
  return NULL;
}

static baton_status wake_all(int64_t* samples, int64_t count) {
  rival r = {SILENT_BELL, SILENT_BELL, 0, 0};
  pthread_t waiter;
  pthread_t load;
  int64_t i;
  r.left = count;
  if (pthread_create(&waiter, NULL, wait_and_say_when, &r) != 0) abort();
  if (pthread_create(&load, NULL, compute_on, &r) != 0) abort();
  for (i = 0; i < count; i++) {
    int64_t called_at;
    sleep_into_step(i);
    called_at = now_ns();
    ring(&r.asked, called_at);
    samples[i] = await_bell(&r.woken) - called_at;
  }
  __atomic_store_n(&r.is_over, 1, __ATOMIC_RELAXED);
  pthread_join(waiter, NULL);
  pthread_join(load, NULL);
  return BATON_OK;
}

/* -- the plugin -- */

static baton_status measure(const baton_host* host, const char* call, int64_t* samples,
                            int64_t count) {
  if (strcmp(call, "pause") == 0) return pause_all(host, samples, count);
  if (strcmp(call, "cancel") == 0) return cancel_all(host, samples, count);
  if (strcmp(call, "steps") == 0) return step_all(samples, count);
  return wake_all(samples, count);
}

static baton_status BATON_CALL run(void* data, const baton_request* request,
                                   baton_response* response) {
  const int64_t count = atoll(request->groups[1].value);
  int64_t* samples = calloc((size_t)count, sizeof *samples);
  baton_status status;
  char text[TEXT_SIZE];
  if (samples == NULL) return BATON_ERROR_NO_MEMORY;
  status = measure(data, request->groups[0].value, samples, count);
  if (status == BATON_OK) {
    const int size = write_percentiles(text, sizeof text, samples, count);
    status = response->write(response, text, (size_t)size);
  }
  free(samples);
  return status;
}

static baton_status BATON_CALL start(const baton_host* host) {
  return host->register_route(host, "POST", "/control-latency/{call}/{count}", run, (void*)host);
}

static void BATON_CALL stop(void) {}

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static const baton_plugin plugin = {sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0,
                                      "control-latency",    "1.0.0",         start,           stop};
  return &plugin;
}
