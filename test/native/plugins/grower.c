/* A plugin whose job has parts.
 *
 *   POST /grower/jobs   answers the job's id. It has "Read" (weight 3), half done, and "Write" with "Sort"
 *                       below it; ends when "Write" was canceled: well, unless the job was */
#include "plugin.h"

#define PLUGIN_NAME "grower"

typedef struct parts {
  uint32_t read, write, sort;
} parts;

static const baton_host* the_host;

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  parts* p = (parts*)payload;
  if (p->read == 0) {
    if (run->add_child(run, 0, "Read", 3, &p->read) != BATON_OK) return BATON_STEP_FAILURE;
    if (run->add_child(run, 0, "Write", 1, &p->write) != BATON_OK) return BATON_STEP_FAILURE;
    if (run->add_child(run, p->write, "Sort", 1, &p->sort) != BATON_OK) return BATON_STEP_FAILURE;
  }
  run->set_child_progress(run, p->read, 1, 2);
  if (run->should_stop(run) != 0) return BATON_STEP_CONTINUE;
  if (run->child_canceled(run, p->sort) == 0) {
    sleep_ms(1);
    return BATON_STEP_CONTINUE;
  }
  run->finish_child(run, p->write, BATON_STOP_CANCELED);
  run->finish_child(run, p->read, BATON_STOP_SUCCESS);
  return BATON_STEP_SUCCESS;
}

static baton_status BATON_CALL reset(void* payload) {
  memset(payload, 0, sizeof(parts));
  return BATON_OK;
}

static baton_status BATON_CALL submit(void* data, const baton_request* request,
                                      baton_response* response) {
  baton_job_desc desc = {0};
  baton_job job;
  char id[BATON_ID_SIZE];
  baton_status status;
  parts* p = calloc(1, sizeof *p);
  (void)data;
  (void)request;
  if (p == NULL) return BATON_ERROR_NO_MEMORY;
  desc.struct_size = sizeof desc;
  desc.type = "grow";
  desc.payload = p;
  desc.step = step;
  desc.reset = reset;
  desc.finalize = free;
  status = the_host->create_job(the_host, &desc, &job);
  if (status != BATON_OK) {
    free(p);
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
  return host->register_route(host, "POST", "/grower/jobs", submit, NULL);
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
