/* POST /{{name}}?steps=10 makes a job that counts to `steps`, and waits a little in each step.
 * C99 and POSIX clocks. The contract is in baton.h: read that first. */
#define _POSIX_C_SOURCE 199309L

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "baton.h"

#define TYPE "{{name}}.count"

enum { DEFAULT_STEPS = 10, MAX_STEPS = 1000000, TEXT_SIZE = 128 };

/* The payload: ours, opaque to the host. It has the host with it, as one library may serve several:
 * so nothing is static. */
typedef struct counter {
  const baton_host* host;
  int count;
  int steps;
} counter;

/* ---------------------------------------------------------------------------- the job -- */

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  counter* self = payload;
  struct timespec time = {0, 20 * 1000000L};
  (void)run;
  nanosleep(&time, NULL); /* a step may block: it runs on a thread of the host's */
  if (self->count < self->steps) self->count++;
  return self->count < self->steps ? BATON_STEP_CONTINUE : BATON_STEP_SUCCESS;
}

/* A failed job is submitted again: it begins anew. */
static baton_status BATON_CALL reset(void* payload) {
  counter* self = payload;
  self->count = 0;
  return BATON_OK;
}

static double BATON_CALL get_progress(void* payload) {
  const counter* self = payload;
  return (double)self->count / self->steps;
}

/* What GET /jobs/{id} shows. */
static baton_status BATON_CALL get_content(void* payload, const baton_sink* sink) {
  const counter* self = payload;
  char text[TEXT_SIZE];
  const int size =
      snprintf(text, sizeof text, "{\"count\":%d,\"steps\":%d}", self->count, self->steps);
  return sink->write(sink, text, (size_t)size);
}

/* Because of this the job survives a restart, and goes on from its last count. */
static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  const counter* self = payload;
  char text[TEXT_SIZE];
  const int size = snprintf(text, sizeof text, "%d %d", self->count, self->steps);
  return sink->write(sink, text, (size_t)size);
}

static void BATON_CALL finalize(void* payload) { free(payload); }

/* On an error nothing is left behind. */
static baton_status create(const counter* value, baton_job* job_out) {
  baton_job_desc desc = {0};
  baton_status status;
  counter* self = malloc(sizeof *self);
  if (self == NULL) return BATON_ERROR_NO_MEMORY;
  *self = *value;
  desc.struct_size = sizeof desc;
  desc.type = TYPE;
  desc.payload = self;
  desc.step = step;
  desc.reset = reset;
  desc.get_progress = get_progress;
  desc.get_content = get_content;
  desc.get_serialized = get_serialized;
  desc.finalize = finalize;
  status = value->host->create_job(value->host, &desc, job_out);
  if (status != BATON_OK) free(self); /* create failed: it is still ours */
  return status;
}

/* The state comes from a store: it may be of another version of this plugin, or damaged. */
static baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                                      baton_job* job_out) {
  counter value = {0};
  char text[TEXT_SIZE] = "";
  (void)type; /* this is registered for one type only */
  if (size == 0 || size >= sizeof text) return BATON_ERROR_INVALID_ARGUMENT;
  memcpy(text, state, size);
  value.host = data;
  if (sscanf(text, "%d %d", &value.count, &value.steps) != 2 || value.count < 0 ||
      value.steps < 1 || value.count > value.steps) {
    return BATON_ERROR_INVALID_ARGUMENT;
  }
  return create(&value, job_out);
}

/* ---------------------------------------------------------------------------- the route -- */

static baton_status answer(baton_response* response, int32_t http_status, const char* json) {
  baton_status status = response->set_status(response, http_status);
  if (status == BATON_OK) {
    status = response->set_header(response, "content-type", "application/json");
  }
  return status == BATON_OK ? response->write(response, json, strlen(json)) : status;
}

/* The query argument `steps`; 0: it is none. */
static int read_steps(const baton_request* request) {
  size_t i;
  for (i = 0; i < request->query_count; i++) {
    char* end = NULL;
    const char* text = request->query[i].value;
    long number;
    if (strcmp(request->query[i].name, "steps") != 0) continue;
    number = strtol(text, &end, 10);
    return end == text || *end != '\0' || number < 1 || number > MAX_STEPS ? 0 : (int)number;
  }
  return DEFAULT_STEPS;
}

static baton_status BATON_CALL post(void* data, const baton_request* request,
                                    baton_response* response) {
  const baton_host* host = data;
  counter value = {0};
  char id[BATON_ID_SIZE];
  char json[2 * BATON_ID_SIZE + TEXT_SIZE];
  baton_job job;
  baton_status status;
  value.host = host;
  value.steps = read_steps(request);
  if (value.steps == 0) {
    return answer(response, 400, "{\"error\":\"steps is a whole number from 1 to 1000000\"}");
  }
  status = create(&value, &job);
  if (status != BATON_OK) return status;
  status = host->submit_job(host, job, NULL, id);
  if (status != BATON_OK) {
    host->free_job(host, job); /* submit failed: the handle is still ours; this calls finalize */
    return status;
  }
  snprintf(json, sizeof json, "{\"ID\":\"%s\",\"Path\":\"/jobs/%s\"}", id, id);
  return answer(response, 201, json);
}

/* ---------------------------------------------------------------------------- the plugin -- */

static baton_status BATON_CALL start(const baton_host* host) {
  void* data = (void*)host;
  baton_status status = host->register_type(host, TYPE, 0, revive, data);
  if (status != BATON_OK) return status;
  return host->register_route(host, "POST", "/{{name}}", post, data);
}

/* All that `start` took belongs to the host, which takes it back itself. */
static void BATON_CALL stop(void) {}

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static const baton_plugin plugin = {
      sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0, "{{name}}", "1.0.0", start, stop};
  return &plugin;
}
