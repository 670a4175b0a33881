/* The peer of native-jobs.ts, native-step.ts and durable-jobs.ts: their plugins, native-jobs.c,
 * native-step.c and durable-jobs.c, for Orthanc. "bare" and "full" are the kinds of native-jobs.c,
 * "step" is the job of native-step.c; the answer is nanoseconds. */
#define _POSIX_C_SOURCE 200809L

#include "batch.h"
#include "orthanc-plugin.h"

enum { TEXT_SIZE = 64 };

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
                                  no_progress, getter, getter, step_once, no_stop, no_reset),
           0);
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
                                no_text, no_text, step_on, no_stop, no_reset),
         0);
  await_end(&w.all);
  return w.ended_at - w.began_at;
}

/* -- the plugin -- */

static void answer(const char* kind, int64_t count) {
  const int64_t took =
      strcmp(kind, "step") == 0 ? run_steps(count) : run_jobs(strcmp(kind, "full") == 0, count);
  printf("%" PRId64 "\n", took);
}

static void prepare(void) {}
