/* A plugin that loses what it makes. POST /leaky/jobs creates a job and forgets it. */
#include "baton.h"

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  (void)payload;
  (void)run;
  return BATON_STEP_SUCCESS;
}

static baton_status BATON_CALL forget(void* data, const baton_request* request,
                                      baton_response* response) {
  const baton_host* host = data;
  baton_job_desc desc = {0};
  baton_job job;
  (void)request;
  (void)response;
  desc.struct_size = sizeof desc;
  desc.type = "leaky.job";
  desc.step = step;
  return host->create_job(host, &desc, &job);
}

static baton_status BATON_CALL start(const baton_host* host) {
  return host->register_route(host, "POST", "/leaky/jobs", forget, (void*)host);
}

static void BATON_CALL stop(void) {}

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static const baton_plugin plugin = {
      sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0, "leaky", "1.0.0", start, stop};
  return &plugin;
}
