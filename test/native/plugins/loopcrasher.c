/* A plugin that submits two jobs on the loop when it is started for the first time: the step of
 * "guilty" takes the process along after 300 ms, that of "other" succeeds. */
#define _POSIX_C_SOURCE 200809L
#define PLUGIN_NAME "loopcrasher"
#include "plugin.h"

static const char type[] = "loopcrasher.job";

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  (void)run;
  if (strcmp(payload, "guilty") == 0) {
    sleep_ms(300);
    abort();
  }
  return BATON_STEP_SUCCESS;
}

static baton_status BATON_CALL serialized(void* payload, const baton_sink* sink) {
  return sink->write(sink, payload, strlen(payload));
}

static void BATON_CALL finalize(void* payload) { free(payload); }

static baton_status make(const baton_host* host, const char* name, size_t size, baton_job* job) {
  baton_job_desc desc = {0};
  baton_status status;
  char* own = calloc(1, size + 1);
  if (own == NULL) return BATON_ERROR_NO_MEMORY;
  memcpy(own, name, size);
  desc.struct_size = sizeof desc;
  desc.flags = BATON_JOB_ON_LOOP;
  desc.type = type;
  desc.payload = own;
  desc.step = step;
  desc.get_serialized = serialized;
  desc.finalize = finalize;
  status = host->create_job(host, &desc, job);
  if (status != BATON_OK) free(own);
  return status;
}

static baton_status BATON_CALL revive(void* data, const char* its_type, const void* state,
                                      size_t size, baton_job* job_out) {
  (void)its_type;
  return make(data, state, size, job_out);
}

static baton_status submit(const baton_host* host, const char* name) {
  char id[BATON_ID_SIZE];
  baton_job job;
  baton_status status = make(host, name, strlen(name), &job);
  if (status != BATON_OK) return status;
  status = host->submit_job(host, job, NULL, id);
  if (status != BATON_OK) host->free_job(host, job);
  return status;
}

static baton_status BATON_CALL plugin_start(const baton_host* host) {
  char bytes[8];
  text known = {bytes, 0, sizeof bytes};
  const baton_sink sink = {sizeof sink, 0, &known, text_write};
  baton_status status =
      host->register_type(host, type, BATON_JOB_ON_LOOP, revive, (void*)(uintptr_t)host);
  if (status != BATON_OK || host->get_property(host, "started", &sink) == BATON_OK) return status;
  status = host->set_property(host, "started", "yes", 3);
  if (status == BATON_OK) status = submit(host, "guilty");
  if (status == BATON_OK) status = submit(host, "other");
  return status;
}

static void BATON_CALL plugin_stop(void) {}

PLUGIN_DOOR
