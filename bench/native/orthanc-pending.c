/* The peer of pending.ts: its plugin, pending.c, for Orthanc. The kinds are the requests of that. */
#define _POSIX_C_SOURCE 200809L

#include "orthanc-plugin.h"
#include "waiting.h"

enum { TEXT_SIZE = 64 };

static waiting jobs;
static char known[MOST_KNOWN][TEXT_SIZE];
static int64_t known_count;

static OrthancPluginJobStepStatus step(void* self) {
  if (self == &jobs)
    hold_slot(&jobs);
  else
    leave_batch(&jobs.all);
  return OrthancPluginJobStepStatus_Success;
}

static void submit_one(void* payload, int priority, char* id) {
  char* given =
      submit_known(OrthancPluginCreateJob(context, payload, no_finalize, "pending.one-step",
                                          no_progress, no_text, no_text, step, no_stop, no_reset),
                   priority);
  snprintf(id, TEXT_SIZE, "%s", given);
  OrthancPluginFreeString(context, given);
}

static int64_t submit_all(int64_t count) {
  static const waiting nobody = NOBODY_WAITS;
  const int64_t every = count > MOST_KNOWN ? count / MOST_KNOWN : 1;
  char id[TEXT_SIZE];
  int64_t began_at;
  int64_t i;
  jobs = nobody;
  known_count = 0;
  for (i = 0; i < SLOTS; i++) submit_one(&jobs, TOP_PRIORITY, id);
  await_held(&jobs);
  began_at = now_ns();
  for (i = 0; i < count; i++) {
    join_batch(&jobs.all);
    submit_one(&jobs.all, (int)(i % PRIORITIES), id);
    if (i % every == 0 && known_count < MOST_KNOWN) memcpy(known[known_count++], id, sizeof id);
  }
  return now_ns() - began_at;
}

static int64_t cancel(int64_t count) {
  const int64_t began_at = now_ns();
  char path[2 * TEXT_SIZE];
  int64_t i;
  for (i = 0; i < count && i < known_count; i++) {
    OrthancPluginMemoryBuffer answered;
    snprintf(path, sizeof path, "/jobs/%s/cancel", known[i]);
    if (OrthancPluginRestApiPost(context, &answered, path, "{}", 2) != 0) abort();
    OrthancPluginFreeMemoryBuffer(context, &answered);
    leave_batch(&jobs.all);
  }
  return now_ns() - began_at;
}

static int64_t list(void) {
  const int64_t began_at = now_ns();
  OrthancPluginMemoryBuffer answered;
  if (OrthancPluginRestApiGet(context, &answered, "/jobs") != 0) abort();
  OrthancPluginFreeMemoryBuffer(context, &answered);
  return now_ns() - began_at;
}

static int64_t measure(const char* kind, int64_t count) {
  if (strcmp(kind, "submit") == 0) return submit_all(count);
  if (strcmp(kind, "cancel") == 0) return cancel(count);
  if (strcmp(kind, "list") == 0) return list();
  if (strcmp(kind, "claim") == 0) return release_slots(&jobs);
  return allocated();
}

static void answer(const char* kind, int64_t count) {
  printf("%" PRId64 "\n", measure(kind, count));
}

static void prepare(void) {}
