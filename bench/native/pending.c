/* The plugin of pending.ts. Each request answers nanoseconds, but "memory".
 * POST /pending/submit/{count}  holds the slots and submits so many one-step jobs with ten priorities;
 *                               takes the time of the submits alone
 * POST /pending/cancel/{count}  cancels so many of those
 * POST /pending/list/0          asks for the ids of all, through the host's own REST interface
 * POST /pending/claim/0         releases the slots and waits until the step of each was called
 * POST /pending/memory/0        answers how many bytes the process has from malloc */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "baton.h"
#include "waiting.h"

enum { TEXT_SIZE = 64 };

static waiting jobs;
static char known[MOST_KNOWN][BATON_ID_SIZE];
static int64_t known_count;

static int32_t BATON_CALL step(void* self, const baton_run* run) {
  (void)run;
  if (self == &jobs)
    hold_slot(&jobs);
  else
    leave_batch(&jobs.all);
  return BATON_STEP_SUCCESS;
}

static baton_status submit_one(const baton_host* host, void* payload, int32_t priority, char* id) {
  baton_job_desc desc = {0};
  baton_submit_options options = {0};
  baton_job job;
  baton_status status;
  desc.struct_size = sizeof desc;
  desc.type = "pending.one-step";
  desc.payload = payload;
  desc.step = step;
  options.struct_size = sizeof options;
  options.priority = priority;
  status = host->create_job(host, &desc, &job);
  if (status != BATON_OK) return status;
  status = host->submit_job(host, job, &options, id);
  if (status != BATON_OK) host->free_job(host, job);
  return status;
}

static baton_status submit(const baton_host* host, int64_t count, int64_t* took) {
  static const waiting nobody = NOBODY_WAITS;
  const int64_t every = count > MOST_KNOWN ? count / MOST_KNOWN : 1;
  baton_status status = BATON_OK;
  char id[BATON_ID_SIZE];
  int64_t began_at;
  int64_t i;
  jobs = nobody;
  known_count = 0;
  for (i = 0; i < SLOTS && status == BATON_OK; i++)
    status = submit_one(host, &jobs, TOP_PRIORITY, id);
  if (status != BATON_OK) return status;
  await_held(&jobs);
  began_at = now_ns();
  for (i = 0; i < count && status == BATON_OK; i++) {
    join_batch(&jobs.all);
    status = submit_one(host, &jobs.all, (int32_t)(i % PRIORITIES), id);
    if (i % every == 0 && known_count < MOST_KNOWN) memcpy(known[known_count++], id, sizeof id);
  }
  *took = now_ns() - began_at;
  return status;
}

static baton_status cancel(const baton_host* host, int64_t count, int64_t* took) {
  const int64_t began_at = now_ns();
  baton_status status = BATON_OK;
  int64_t i;
  for (i = 0; i < count && i < known_count && status == BATON_OK; i++) {
    status = host->cancel_job(host, known[i]);
    leave_batch(&jobs.all);
  }
  *took = now_ns() - began_at;
  return status;
}

static baton_status BATON_CALL ignore(const baton_sink* sink, const void* bytes, size_t size) {
  (void)sink;
  (void)bytes;
  (void)size;
  return BATON_OK;
}

static baton_status list(const baton_host* host, int64_t* took) {
  const baton_sink sink = {sizeof sink, 0, NULL, ignore};
  const int64_t began_at = now_ns();
  int32_t http_status = 0;
  const baton_status status =
      host->call_rest(host, "GET", "/jobs", NULL, 0, NULL, 0, &sink, &http_status);
  *took = now_ns() - began_at;
  if (status != BATON_OK) return status;
  return http_status == 200 ? BATON_OK : BATON_ERROR_INTERNAL;
}

static baton_status measure(const baton_host* host, const char* what, int64_t count,
                            int64_t* result) {
  if (strcmp(what, "submit") == 0) return submit(host, count, result);
  if (strcmp(what, "cancel") == 0) return cancel(host, count, result);
  if (strcmp(what, "list") == 0) return list(host, result);
  if (strcmp(what, "claim") == 0)
    *result = release_slots(&jobs);
  else
    *result = allocated();
  return BATON_OK;
}

static baton_status BATON_CALL run(void* data, const baton_request* request,
                                   baton_response* response) {
  const int64_t count = atoll(request->groups[1].value);
  int64_t result = 0;
  const baton_status status = measure(data, request->groups[0].value, count, &result);
  char text[TEXT_SIZE];
  int size;
  if (status != BATON_OK) return status;
  size = snprintf(text, sizeof text, "%" PRId64, result);
  return response->write(response, text, (size_t)size);
}

static baton_status BATON_CALL start(const baton_host* host) {
  return host->register_route(host, "POST", "/pending/{what}/{count}", run, (void*)host);
}

static void BATON_CALL stop(void) {}

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static const baton_plugin plugin = {
      sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0, "pending", "1.0.0", start, stop};
  return &plugin;
}
