/* The peer of rest.ts: jobs that have succeeded and stay in the history, to be asked for. The answer to
 * "keep <count>" is the id of the last one, when all have ended. */
#define _POSIX_C_SOURCE 200809L

#include "batch.h"
#include "orthanc-plugin.h"

enum { TEXT_SIZE = 64 };

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

/* Called once the job has ended: it is finalized only when it leaves the history. */
static OrthancPluginErrorCode stop_payload(void* self, OrthancPluginJobStopReason reason) {
  (void)reason;
  leave_batch(((payload*)self)->all);
  return OrthancPluginErrorCode_Success;
}

static void answer(const char* kind, int64_t count) {
  static batch all = BATCH_OF_NONE;
  char* id = NULL;
  int64_t number;
  (void)kind;
  for (number = 0; number < count; number++) {
    payload* self = malloc(sizeof *self);
    if (self == NULL) abort();
    self->all = &all;
    self->number = number;
    join_batch(&all);
    if (id != NULL) OrthancPluginFreeString(context, id);
    id =
        submit_known(OrthancPluginCreateJob(context, self, no_finalize, "rest.kept", no_progress,
                                            say_number, no_text, step_once, stop_payload, no_reset),
                     0);
  }
  await_end(&all);
  printf("%s\n", id == NULL ? "" : id);
  OrthancPluginFreeString(context, id);
}

static void prepare(void) {}
