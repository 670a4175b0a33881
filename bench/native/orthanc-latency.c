/* The peer of start-latency.ts: its plugin, start-latency.c, for Orthanc. "start" answers
 * "<p50> <p99>". */
#define _POSIX_C_SOURCE 200809L

#include "batch.h"
#include "latency.h"
#include "orthanc-plugin.h"

enum { TEXT_SIZE = 64, IDLE_NS = 2000000 };

typedef struct payload {
  int64_t stepped_at;
  batch all;
} payload;

static OrthancPluginJobStepStatus step(void* self) {
  ((payload*)self)->stepped_at = now_ns();
  return OrthancPluginJobStepStatus_Success;
}

static const char* say_state(void* self) {
  (void)self;
  return "{}";
}

static void finalize(void* self) { leave_batch(&((payload*)self)->all); }

static int64_t sample(void) {
  payload self = {0, BATCH_OF_NONE};
  OrthancPluginJob* job =
      OrthancPluginCreateJob(context, &self, finalize, "start-latency.one-step", no_progress,
                             say_state, say_state, step, no_stop, no_reset);
  int64_t called_at;
  join_batch(&self.all);
  called_at = now_ns();
  submit(job, 0);
  await_end(&self.all);
  return self.stepped_at - called_at;
}

static void answer(const char* kind, int64_t count) {
  int64_t* samples = calloc((size_t)count, sizeof *samples);
  char text[TEXT_SIZE];
  int64_t i;
  (void)kind;
  if (samples == NULL) abort();
  for (i = 0; i < count; i++) {
    sleep_ns(IDLE_NS);
    samples[i] = sample();
  }
  write_percentiles(text, sizeof text, samples, count);
  printf("%s\n", text);
  free(samples);
}

static void prepare(void) {}
