/* The peer of restart.ts: its plugin, restart.c, for Orthanc. "fill" is the request of that. */
#define _POSIX_C_SOURCE 200809L

#include "batch.h"
#include "latency.h"
#include "orthanc-plugin.h"

enum { TEXT_SIZE = 64, BATCH = 100, PRIORITIES = 10, TOP_PRIORITY = 100, SLOTS = 2 };

typedef struct payload {
  int64_t number;
  char text[TEXT_SIZE]; /* what a getter returns must live on */
} payload;

static int stepped; /* atomic */
static int held;    /* atomic */

static OrthancPluginJobStepStatus step(void* self) {
  (void)self;
  if (__atomic_exchange_n(&stepped, 1, __ATOMIC_RELAXED) == 0) {
    printf("stepped %" PRId64 "\n", now_ns());
    fflush(stdout);
  }
  return OrthancPluginJobStepStatus_Success;
}

/* Until the host closes, which waits for the step only. */
static OrthancPluginJobStepStatus hold(void* self) {
  (void)self;
  __atomic_add_fetch(&held, 1, __ATOMIC_RELAXED);
  sleep_ns(1000000);
  return OrthancPluginJobStepStatus_Continue;
}

static const char* say_number(void* self) {
  payload* p = self;
  snprintf(p->text, sizeof p->text, "{\"number\":%" PRId64 "}", p->number);
  return p->text;
}

static void finalize(void* self) { free(self); }

static OrthancPluginJob* create(int64_t number) {
  payload* self = malloc(sizeof *self);
  if (self == NULL) abort();
  self->number = number;
  return OrthancPluginCreateJob(context, self, finalize, "restart.job", no_progress, say_number,
                                say_number, step, no_stop, no_reset);
}

/* It is given the JSON that getSerialized said, with the type, in Orthanc's own layout. */
static OrthancPluginJob* revive(const char* type, const char* serialized) {
  const char* at = strstr(serialized, "\"number\"");
  int64_t number = 0;
  if (strcmp(type, "restart.job") != 0) return NULL;
  if (at != NULL) sscanf(at, "\"number\" : %" SCNd64, &number);
  return create(number);
}

static void answer(const char* kind, int64_t count) {
  int64_t number;
  int slot;
  (void)kind;
  for (slot = 0; slot < SLOTS; slot++)
    submit(OrthancPluginCreateJob(context, &held, no_finalize, "restart.holder", no_progress,
                                  no_text, no_text, hold, no_stop, no_reset),
           TOP_PRIORITY);
  while (__atomic_load_n(&held, __ATOMIC_RELAXED) < SLOTS) sleep_ns(1000000);
  for (number = 0; number < count; number++)
    submit(create(number), (int)(number / BATCH % PRIORITIES));
  printf("filled\n");
}

static void prepare(void) { OrthancPluginRegisterJobsUnserializer(context, revive); }
