/* A plugin that submits many jobs at once.
 *
 *   POST /batcher/batch?count=n[&size=bytes][&twice=1]   submits n jobs with states of that size, the
 *     last handle twice; answers "<status>", the ids of what was submitted, one a line, then of each
 *     job that is still the plugin's "<status of its submit>" (it is freed). */
#define _POSIX_C_SOURCE 200809L
#define PLUGIN_NAME "batcher"
#include "plugin.h"

static const baton_host* host;

typedef struct part {
  int number;
  size_t size;
} part;

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  (void)payload;
  (void)run;
  return BATON_STEP_SUCCESS;
}

static baton_status BATON_CALL content(void* payload, const baton_sink* sink) {
  char text[40];
  const int size = snprintf(text, sizeof text, "{\"n\":%d}", ((part*)payload)->number);
  return sink->write(sink, text, (size_t)size);
}

static baton_status BATON_CALL serialized(void* payload, const baton_sink* sink) {
  static const char some[1024] = {0};
  size_t left = ((part*)payload)->size;
  baton_status status = BATON_OK;
  while (left > 0 && status == BATON_OK) {
    const size_t now = left < sizeof some ? left : sizeof some;
    status = sink->write(sink, some, now);
    left -= now;
  }
  return status;
}

static void BATON_CALL finalize(void* payload) { free(payload); }

static baton_status make(int number, size_t size, baton_job* job) {
  baton_job_desc desc = {0};
  baton_status status;
  part* made = calloc(1, sizeof *made);
  if (made == NULL) return BATON_ERROR_NO_MEMORY;
  made->number = number;
  made->size = size;
  desc.struct_size = sizeof desc;
  desc.type = "batcher.part";
  desc.payload = made;
  desc.step = step;
  desc.get_content = content;
  desc.get_serialized = serialized;
  desc.finalize = finalize;
  status = host->create_job(host, &desc, job);
  if (status != BATON_OK) free(made);
  return status;
}

static baton_status BATON_CALL batch(void* data, const baton_request* request,
                                     baton_response* response) {
  const size_t count = (size_t)argument_number(request, "count", 1);
  const size_t size = (size_t)argument_number(request, "size", 1);
  const size_t again = argument_number(request, "twice", 0) != 0;
  baton_job* jobs = calloc(count + 1, sizeof *jobs);
  char(*ids)[BATON_ID_SIZE] = calloc(count + 1, sizeof *ids);
  baton_status* statuses = calloc(count + 1, sizeof *statuses);
  baton_status status = BATON_OK;
  size_t i;
  (void)data;
  if (jobs == NULL || ids == NULL || statuses == NULL) status = BATON_ERROR_NO_MEMORY;
  for (i = 0; i < count && status == BATON_OK; i++) status = make((int)i, size, &jobs[i]);
  if (status == BATON_OK) {
    jobs[count] = jobs[count - 1];
    status = host->submit_jobs(host, jobs, count + again, NULL, ids, statuses);
    answer(response, "%d\n", (int)status);
    for (i = 0; i < count && status == BATON_OK; i++) answer(response, "%s\n", ids[i]);
    for (i = 0; i < count + again && status != BATON_OK; i++)
      answer(response, "%d\n", (int)statuses[i]);
    for (i = 0; i < count && status != BATON_OK; i++) host->free_job(host, jobs[i]);
    status = BATON_OK;
  }
  free(jobs);
  free(ids);
  free(statuses);
  return status;
}

static baton_status BATON_CALL plugin_start(const baton_host* given) {
  host = given;
  return host->register_route(host, "POST", "/batcher/batch", batch, NULL);
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
