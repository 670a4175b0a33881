/* The peer of native-jobs.ts and native-step.ts: their plugins, native-jobs.c and native-step.c, for
 * Orthanc. It says "ready" on the standard output once Orthanc runs, then answers each line of the
 * standard input, "<kind> <count>", with nanoseconds. "bare" and "full" are the kinds of
 * native-jobs.c, "step" is the job of native-step.c. At the end of the input it ends Orthanc.
 *
 * It is compiled for a benchmark and used on the spot: the header it needs is not part of this
 * repository, and neither is a binary of this file. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <orthanc/OrthancCPlugin.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "batch.h"

enum { TEXT_SIZE = 64 };

static OrthancPluginContext* context;

/* Every callback is mandatory here; these say nothing. */
static float no_progress(void* self) {
  (void)self;
  return 0;
}

static const char* no_text(void* self) {
  (void)self;
  return NULL;
}

static OrthancPluginErrorCode no_stop(void* self, OrthancPluginJobStopReason reason) {
  (void)self;
  (void)reason;
  return OrthancPluginErrorCode_Success;
}

static OrthancPluginErrorCode no_reset(void* self) {
  (void)self;
  return OrthancPluginErrorCode_Success;
}

/* From here on Orthanc owns the payload. A submit that fails does not say who owns it then: no
 * benchmark goes on from there. */
static void submit(OrthancPluginJob* job) {
  char* id = job == NULL ? NULL : OrthancPluginSubmitJob(context, job, 0);
  if (id == NULL) abort();
  OrthancPluginFreeString(context, id);
}

/* -- native-jobs -- */

typedef struct payload {
  batch* all;
  int64_t number;
  char text[TEXT_SIZE]; /* what a getter returns must live on */
} payload;

static OrthancPluginJobStepStatus step_once(void* self) {
  (void)self;
  return OrthancPluginJobStepStatus_Success;
}

static const char* say_number(void* self) {
  payload* p = self;
  snprintf(p->text, sizeof p->text, "{\"number\":%" PRId64 "}", p->number);
  return p->text;
}

static void finalize_payload(void* self) {
  batch* all = ((payload*)self)->all;
  free(self);
  leave_batch(all);
}

static int64_t run_jobs(int is_full, int64_t count) {
  const OrthancPluginJobGetContent getter = is_full ? say_number : no_text;
  batch all = BATCH_OF_NONE;
  const int64_t began_at = now_ns();
  int64_t number;
  for (number = 0; number < count; number++) {
    payload* self = malloc(sizeof *self);
    if (self == NULL) abort();
    self->all = &all;
    self->number = number;
    join_batch(&all);
    submit(OrthancPluginCreateJob(context, self, finalize_payload, "native-jobs.one-step",
                                  no_progress, getter, getter, step_once, no_stop, no_reset));
  }
  return await_end(&all) - began_at;
}

/* -- native-step -- */

typedef struct walk {
  int64_t at;
  int64_t count;
  int64_t began_at; /* nanoseconds, as `ended_at` */
  int64_t ended_at;
  batch all;
} walk;

static OrthancPluginJobStepStatus step_on(void* self) {
  walk* w = self;
  if (w->at == 0) w->began_at = now_ns();
  if (w->at == w->count) {
    w->ended_at = now_ns();
    return OrthancPluginJobStepStatus_Success;
  }
  w->at++;
  return OrthancPluginJobStepStatus_Continue;
}

static void finalize_walk(void* self) { leave_batch(&((walk*)self)->all); }

static int64_t run_steps(int64_t count) {
  walk w = {0, 0, 0, 0, BATCH_OF_NONE};
  w.count = count;
  join_batch(&w.all);
  submit(OrthancPluginCreateJob(context, &w, finalize_walk, "native-step.walk", no_progress,
                                no_text, no_text, step_on, no_stop, no_reset));
  await_end(&w.all);
  return w.ended_at - w.began_at;
}

/* -- the plugin -- */

static void* answer_lines(void* nothing) {
  char kind[8];
  int64_t count;
  printf("ready\n");
  fflush(stdout);
  while (scanf("%7s %" SCNd64, kind, &count) == 2) {
    const int64_t took =
        strcmp(kind, "step") == 0 ? run_steps(count) : run_jobs(strcmp(kind, "full") == 0, count);
    printf("%" PRId64 "\n", took);
    fflush(stdout);
  }
  kill(getpid(), SIGTERM);
  return nothing;
}

static OrthancPluginErrorCode on_change(OrthancPluginChangeType change,
                                        OrthancPluginResourceType type, const char* id) {
  pthread_t thread;
  (void)type;
  (void)id;
  if (change != OrthancPluginChangeType_OrthancStarted) return OrthancPluginErrorCode_Success;
  if (pthread_create(&thread, NULL, answer_lines, NULL) != 0) abort();
  pthread_detach(thread);
  return OrthancPluginErrorCode_Success;
}

ORTHANC_PLUGINS_API int32_t OrthancPluginInitialize(OrthancPluginContext* given) {
  context = given;
  OrthancPluginRegisterOnChangeCallback(context, on_change);
  return 0;
}

ORTHANC_PLUGINS_API void OrthancPluginFinalize(void) {}

ORTHANC_PLUGINS_API const char* OrthancPluginGetName(void) { return "baton-bench"; }

ORTHANC_PLUGINS_API const char* OrthancPluginGetVersion(void) { return "1.0.0"; }
