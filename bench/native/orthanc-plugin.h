/* What the plugins for the peer Orthanc share. Each says "ready" on the standard output once Orthanc
 * runs, then answers each line of the standard input, "<kind> <count>", with a line. At the end of
 * the input it ends Orthanc.
 *
 * They are compiled for a benchmark and used on the spot: the header they need is not part of this
 * repository, and neither is a binary of them. */
#ifndef BATON_BENCH_ORTHANC_PLUGIN_H_
#define BATON_BENCH_ORTHANC_PLUGIN_H_

#include <inttypes.h>
#include <orthanc/OrthancCPlugin.h>
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

static OrthancPluginContext* context;

/* A plugin's own: prints the answer to a line. */
static void answer(const char* kind, int64_t count);

/* A plugin's own: called once, before anything else. */
static void prepare(void);

/* Every callback is mandatory here; these say nothing. */
static inline float no_progress(void* self) {
  (void)self;
  return 0;
}

static inline const char* no_text(void* self) {
  (void)self;
  return NULL;
}

static inline OrthancPluginErrorCode no_stop(void* self, OrthancPluginJobStopReason reason) {
  (void)self;
  (void)reason;
  return OrthancPluginErrorCode_Success;
}

static inline OrthancPluginErrorCode no_reset(void* self) {
  (void)self;
  return OrthancPluginErrorCode_Success;
}

static inline void no_finalize(void* self) { (void)self; }

/* From here on Orthanc owns the payload. A submit that fails does not say who owns it then: no
 * benchmark goes on from there. The id is to be given back with OrthancPluginFreeString. */
static inline char* submit_known(OrthancPluginJob* job, int priority) {
  char* id = job == NULL ? NULL : OrthancPluginSubmitJob(context, job, priority);
  if (id == NULL) abort();
  return id;
}

static inline void submit(OrthancPluginJob* job, int priority) {
  OrthancPluginFreeString(context, submit_known(job, priority));
}

static void* answer_lines(void* nothing) {
  char kind[16];
  int64_t count;
  printf("ready\n");
  fflush(stdout);
  while (scanf("%15s %" SCNd64, kind, &count) == 2) {
    answer(kind, count);
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
  prepare();
  OrthancPluginRegisterOnChangeCallback(context, on_change);
  return 0;
}

ORTHANC_PLUGINS_API void OrthancPluginFinalize(void) {}

ORTHANC_PLUGINS_API const char* OrthancPluginGetName(void) { return "baton-bench"; }

ORTHANC_PLUGINS_API const char* OrthancPluginGetVersion(void) { return "1.0.0"; }

#endif
