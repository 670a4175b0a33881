/* A plugin that holds for ever at one stage of a job's life, the setting `hold`:
 *   step content stop finalize revive   in that callback (content: between steps)
 *   route                               in a route's handler
 *   store                               in submit_job, as far as the store lets it wait
 *   created                             nowhere: a job is created and never submitted
 * It says "held" when it does.
 *
 *   POST /stages/go   creates a job and submits it */
#define _POSIX_C_SOURCE 200809L
#define PLUGIN_NAME "stages"
#include "plugin.h"

static char hold[32];

typedef struct stage {
  const baton_host* host;
  int stepped;
} stage;

static void hold_at(const baton_host* host, const char* name) {
  if (strcmp(hold, name) != 0) return;
  host->log(host, BATON_LOG_INFO, "held");
  for (;;) sleep_ms(1000);
}

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  stage* s = payload;
  hold_at(s->host, "step");
  s->stepped++;
  sleep_ms(1);
  (void)run;
  if (strcmp(hold, "stop") == 0 || strcmp(hold, "finalize") == 0) return BATON_STEP_SUCCESS;
  return BATON_STEP_CONTINUE;
}

static void BATON_CALL on_stop(void* payload, int32_t reason) {
  (void)reason;
  hold_at(((stage*)payload)->host, "stop");
}

static baton_status BATON_CALL get_content(void* payload, const baton_sink* sink) {
  const stage* s = payload;
  if (s->stepped > 0) hold_at(s->host, "content");
  return sink->write(sink, "{}", 2);
}

static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  (void)payload;
  return sink->write(sink, "", 0);
}

static void BATON_CALL finalize(void* payload) {
  hold_at(((stage*)payload)->host, "finalize");
  free(payload);
}

static baton_status create(const baton_host* host, baton_job* job) {
  baton_job_desc desc = {0};
  baton_status status;
  stage* s = calloc(1, sizeof *s);
  if (s == NULL) return BATON_ERROR_NO_MEMORY;
  s->host = host;
  desc.struct_size = sizeof desc;
  desc.type = "stages";
  desc.payload = s;
  desc.step = step;
  desc.stop = on_stop;
  desc.get_content = get_content;
  desc.get_serialized = get_serialized;
  desc.finalize = finalize;
  status = host->create_job(host, &desc, job);
  if (status != BATON_OK) free(s);
  return status;
}

static baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                                      baton_job* job) {
  (void)type;
  (void)state;
  (void)size;
  hold_at(data, "revive");
  return create(data, job);
}

static baton_status BATON_CALL go(void* data, const baton_request* request,
                                  baton_response* response) {
  const baton_host* host = data;
  char id[BATON_ID_SIZE];
  baton_job job;
  baton_status status;
  (void)request;
  hold_at(host, "route");
  status = create(host, &job);
  if (status != BATON_OK) return status;
  if (strcmp(hold, "created") == 0 || strcmp(hold, "store") == 0) {
    host->log(host, BATON_LOG_INFO, "held");
  }
  if (strcmp(hold, "created") == 0) return answer(response, "created");
  status = host->submit_job(host, job, NULL, id);
  if (status != BATON_OK) {
    host->free_job(host, job);
    return status;
  }
  return answer(response, "%s", id);
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  setting(host, "/stages/hold", hold, sizeof hold);
  host->register_type(host, "stages", 0, revive, (void*)host);
  host->register_route(host, "POST", "/stages/go", go, (void*)host);
  return BATON_OK;
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
