/* A plugin and its tests in strict C99: the tables of ownership and handles through nothing but
 * baton.h. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "c_host.h"

#define CHECK(condition)                                                        \
  do {                                                                          \
    if (!(condition)) {                                                         \
      fprintf(stderr, "%s:%d: not true: %s\n", __FILE__, __LINE__, #condition); \
      exit(1);                                                                  \
    }                                                                           \
  } while (0)

typedef struct {
  int at, end;
  int bad_content;
} counter;

static const baton_host* host;
static int finalized;
static int stopped_for;

static int32_t BATON_CALL counter_step(void* payload, const baton_run* run) {
  counter* c = payload;
  CHECK(BATON_HAS(baton_run, run, fail));
  CHECK(run->should_stop(run) == 0);
  c->at++;
  CHECK(run->set_progress(run, c->at, c->end) == BATON_OK);
  CHECK(run->set_content(run, "{\"in\":\"step\"}", 13) == BATON_OK);
  CHECK(run->log(run, BATON_LOG_INFO, "a step") == BATON_OK);
  if (c->end == 1) {
    CHECK(run->fail(run, "TOO_SHORT", "one is not much", 0) == BATON_OK);
    return BATON_STEP_FAILURE;
  }
  return c->at < c->end ? BATON_STEP_CONTINUE : BATON_STEP_SUCCESS;
}

static void BATON_CALL counter_stop(void* payload, int32_t reason) {
  (void)payload;
  stopped_for = reason;
}

static baton_status BATON_CALL counter_content(void* payload, const baton_sink* sink) {
  const counter* c = payload;
  return c->bad_content ? sink->write(sink, "[", 1) : sink->write(sink, "{}", 2);
}

static baton_status BATON_CALL counter_serialized(void* payload, const baton_sink* sink) {
  return sink->write(sink, payload, sizeof(counter));
}

static void BATON_CALL counter_finalize(void* payload) {
  free(payload);
  finalized++;
}

static baton_status BATON_CALL counter_revive(void* data, const char* type, const void* state,
                                              size_t size, baton_job* job_out) {
  (void)data;
  (void)type;
  (void)state;
  (void)size;
  (void)job_out;
  return BATON_ERROR_NOT_MINE;
}

static baton_job create(int end) {
  baton_job_desc desc;
  baton_job job = {0};
  counter* c = calloc(1, sizeof *c);
  CHECK(c != NULL);
  c->end = end;
  memset(&desc, 0, sizeof desc);
  desc.struct_size = sizeof desc;
  desc.type = "c.counter";
  desc.payload = c;
  desc.step = counter_step;
  desc.stop = counter_stop;
  desc.get_content = counter_content;
  desc.get_serialized = counter_serialized;
  desc.finalize = counter_finalize;
  CHECK(host->create_job(host, &desc, &job) == BATON_OK);
  CHECK(job.bits != 0);
  memset(&desc, 0xff, sizeof desc); /* it was copied */
  return job;
}

static baton_status BATON_CALL start(const baton_host* given) {
  host = given;
  CHECK(host->abi_major == BATON_ABI_MAJOR);
  CHECK(BATON_HAS(baton_host, host, get_config));
  CHECK(host->register_type(host, "c.counter", 0, counter_revive, NULL) == BATON_OK);
  CHECK(host->register_type(host, "c.counter", 0, counter_revive, NULL) == BATON_ERROR_NAME_TAKEN);
  CHECK(host->register_type(host, "c.loop", BATON_JOB_ON_LOOP, counter_revive, NULL) == BATON_OK);
  CHECK(host->register_type(host, "c.new", 2, counter_revive, NULL) == BATON_ERROR_UNSUPPORTED);
  CHECK(BATON_HAS(baton_host, host, submit_jobs));
  CHECK(BATON_HAS(baton_host, host, submit_job_async));
  CHECK(host->abi_minor == BATON_ABI_MINOR);
  return host->log(host, BATON_LOG_INFO, "started");
}

static void BATON_CALL stop(void) {
  baton_job job = {1};
  CHECK(host->free_job(host, job) == BATON_ERROR_STALE_HANDLE);
}

static void has_says_how_far_a_struct_reaches(void) {
  baton_host old;
  memset(&old, 0, sizeof old);
  old.struct_size = offsetof(baton_host, get_config);
  CHECK(BATON_HAS(baton_host, &old, register_route));
  CHECK(!BATON_HAS(baton_host, &old, get_config));
  CHECK(!BATON_HAS(baton_host, &old, submit_jobs));
  CHECK(BATON_HAS(baton_host, host, register_error));
}

static void failed_create_leaves_the_payload_alone(void) {
  baton_job_desc desc;
  baton_job job = {5};
  counter mine = {0, 0, 0};
  memset(&desc, 0, sizeof desc);
  desc.struct_size = sizeof desc;
  desc.type = "c.counter";
  desc.payload = &mine;
  desc.finalize = counter_finalize;
  CHECK(host->create_job(host, &desc, &job) == BATON_ERROR_INVALID_ARGUMENT); /* no step */
  desc.step = counter_step;
  CHECK(host->create_job(host, &desc, NULL) == BATON_ERROR_INVALID_ARGUMENT);
  desc.struct_size = 0;
  CHECK(host->create_job(host, &desc, &job) == BATON_ERROR_INVALID_ARGUMENT);
  CHECK(job.bits == 5 && finalized == 0);
}

static void free_finalizes_once(void) {
  const baton_job job = create(3);
  baton_job forged = job;
  char id[BATON_ID_SIZE];
  CHECK(host->free_job(host, job) == BATON_OK);
  CHECK(finalized == 1);
  CHECK(host->free_job(host, job) == BATON_ERROR_STALE_HANDLE);
  CHECK(host->submit_job(host, job, NULL, id) == BATON_ERROR_STALE_HANDLE);
  forged.bits ^= (uint64_t)1 << 40;
  CHECK(host->free_job(host, forged) == BATON_ERROR_STALE_HANDLE);
  forged.bits = 0;
  CHECK(host->free_job(host, forged) == BATON_ERROR_INVALID_ARGUMENT);
  CHECK(finalized == 1);
}

static void failed_submit_keeps_the_handle_good(void) {
  counter* c = calloc(1, sizeof *c);
  baton_job_desc desc;
  baton_job job;
  char id[BATON_ID_SIZE];
  CHECK(c != NULL);
  c->end = 2;
  c->bad_content = 1;
  memset(&desc, 0, sizeof desc);
  desc.struct_size = sizeof desc;
  desc.type = "c.counter";
  desc.payload = c;
  desc.step = counter_step;
  desc.stop = counter_stop;
  desc.get_content = counter_content;
  desc.finalize = counter_finalize;
  CHECK(host->create_job(host, &desc, &job) == BATON_OK);
  CHECK(host->submit_job(host, job, NULL, id) == BATON_ERROR_INVALID_JSON);
  c->bad_content = 0;
  CHECK(host->submit_job(host, job, NULL, id) == BATON_OK);
  CHECK(strlen(id) == BATON_ID_SIZE - 1);
  CHECK(host->submit_job(host, job, NULL, id) == BATON_ERROR_ALREADY_SUBMITTED);
  CHECK(host->free_job(host, job) == BATON_ERROR_ALREADY_SUBMITTED);
  CHECK(finalized == 1);
  CHECK(c_host_run_one() == BATON_STOP_SUCCESS);
  CHECK(finalized == 2 && stopped_for == BATON_STOP_SUCCESS);
  CHECK(host->free_job(host, job) == BATON_ERROR_STALE_HANDLE);
}

static void a_failing_job_is_stopped_and_finalized(void) {
  char id[BATON_ID_SIZE];
  baton_job_info info;
  CHECK(host->submit_job(host, create(1), NULL, id) == BATON_OK);
  memset(&info, 0, sizeof info);
  info.struct_size = sizeof info;
  CHECK(host->job_info(host, id, &info) == BATON_OK);
  CHECK(info.state == BATON_STATE_PENDING && strcmp(info.id, id) == 0 &&
        strcmp(info.type, "c.counter") == 0);
  CHECK(c_host_run_one() == BATON_STOP_FAILURE);
  CHECK(finalized == 3);
}

int main(void) {
  static const baton_plugin plugin = {
      sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0, "c", "1.0.0", start, stop};
  char id[BATON_ID_SIZE];
  baton_job_desc desc;
  baton_job job = {0};
  CHECK(c_host_open(&plugin) == BATON_OK);
  CHECK(host == c_host_table());
  has_says_how_far_a_struct_reaches();
  failed_create_leaves_the_payload_alone();
  free_finalizes_once();
  failed_submit_keeps_the_handle_good();
  a_failing_job_is_stopped_and_finalized();
  create(4); /* left over: finalized at closing */
  CHECK(host->submit_job(host, create(5), NULL, id) ==
        BATON_OK); /* waits: stopped and finalized at closing */
  CHECK(c_host_close());
  CHECK(finalized == 5 && stopped_for == BATON_STOP_CLOSING);
  memset(&desc, 0, sizeof desc);
  desc.struct_size = sizeof desc;
  desc.type = "c.counter";
  desc.step = counter_step;
  CHECK(host->create_job(host, &desc, &job) == BATON_ERROR_CLOSING);
  CHECK(strcmp(host->status_text(BATON_ERROR_CLOSING), host->status_text(BATON_OK)) != 0);
  puts("abi ok");
  return 0;
}
