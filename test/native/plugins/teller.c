/* A plugin whose job tells of itself in its step.
 *
 *   POST /teller/jobs?text=   answers the job's id; its step logs the text at each level */
#include "plugin.h"

#define PLUGIN_NAME "teller"

typedef struct told {
  char text[64];
} told;

static const baton_host* the_host;

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  const told* t = (const told*)payload;
  int32_t level;
  for (level = BATON_LOG_ERROR; level <= BATON_LOG_DEBUG; level++) run->log(run, level, t->text);
  return BATON_STEP_SUCCESS;
}

static baton_status BATON_CALL submit(void* data, const baton_request* request,
                                      baton_response* response) {
  baton_job_desc desc = {0};
  baton_job job;
  char id[BATON_ID_SIZE];
  baton_status status;
  told* t = calloc(1, sizeof *t);
  (void)data;
  if (t == NULL) return BATON_ERROR_NO_MEMORY;
  snprintf(t->text, sizeof t->text, "%s", argument(request, "text", ""));
  desc.struct_size = sizeof desc;
  desc.type = "teller";
  desc.payload = t;
  desc.step = step;
  desc.finalize = free;
  status = the_host->create_job(the_host, &desc, &job);
  if (status != BATON_OK) {
    free(t);
    return status;
  }
  status = the_host->submit_job(the_host, job, NULL, id);
  if (status != BATON_OK) {
    the_host->free_job(the_host, job);
    return status;
  }
  return answer(response, "%s", id);
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  the_host = host;
  return host->register_route(host, "POST", "/teller/jobs", submit, NULL);
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
