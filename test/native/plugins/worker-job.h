/* The jobs of the plugin of worker.c: so many steps, each in a way of its own. Kinds of a step:
 *   w  waits `ms`               c  waits, then saves a checkpoint
 *   g  waits for the file of the setting `gate`, then waits `ms`
 *   h  holds until it is asked to stop, or POST /worker/release
 *   s  is stuck until POST /worker/release, whatever it is told; says then what it was told, and
 *      what put_output is answered, or succeeds if it was told nothing
 *   l  waits until its time is over, then continues
 *   d  waits until the host closes, then saves a checkpoint and an output, and says what that was
 *      answered; succeeds at once if it has done so before
 *   o  writes the beginning of an output, then is stuck until POST /worker/release
 *   n  never returns            r  waits, then asks to be retried in `ms`
 *   f  fails, retryable         F  fails for good */
#ifndef TEST_WORKER_JOB_H_
#define TEST_WORKER_JOB_H_

#include "worker-notes.h"

enum { STATE_SIZE = 128, PATH_SIZE = 512 };

typedef struct work {
  const baton_host* host;
  char name[40];
  int steps;
  int ms;
  int at;
  char kind;
} work;

/* What all jobs are told, and what became of their payloads; the counts are atomic. */
static struct {
  char gate[PATH_SIZE];
  int announces;
  int released;
  int created;
  int finalized;
} worker;

static int load(int* value) { return __atomic_load_n(value, __ATOMIC_SEQ_CST); }
static void count(int* value) { __atomic_add_fetch(value, 1, __ATOMIC_SEQ_CST); }

static int state_of(const work* w, char out[STATE_SIZE]) {
  return snprintf(out, STATE_SIZE, "%s %d %d %d %c", w->name, w->steps, w->ms, w->at, w->kind);
}

static void say(const work* w, const char* format, int number) {
  char line[64];
  char more[128];
  snprintf(line, sizeof line, format, number);
  snprintf(more, sizeof more, "%s %s", w->name, line);
  w->host->log(w->host, BATON_LOG_INFO, more);
}

static int32_t BATON_CALL step(void* payload, const baton_run* run) {
  work* w = payload;
  const int64_t began_ms = now_us(CLOCK_REALTIME) / 1000;
  const int64_t began_us = now_us(CLOCK_MONOTONIC);
  char state[STATE_SIZE];
  switch (w->kind) {
    case 'n':
      say(w, "hangs", 0);
      for (;;) sleep_ms(1000);
    case 'h':
      say(w, "holds", 0);
      while (run->should_stop(run) == 0 && !load(&worker.released)) sleep_ms(1);
      if (run->should_stop(run) != 0) return BATON_STEP_CONTINUE;
      break;
    case 's':
      say(w, "holds", 0);
      while (!load(&worker.released)) sleep_ms(1);
      if (run->should_stop(run) == 0) return BATON_STEP_SUCCESS;
      say(w, "told %d", run->should_stop(run));
      say(w, "put %d", run->put_output(run, "late", "text/plain", "x", 1));
      return BATON_STEP_CONTINUE;
    case 'd':
      if (w->at > 0) return BATON_STEP_SUCCESS;
      say(w, "holds", 0);
      while (run->should_stop(run) != BATON_STOP_CLOSING) sleep_ms(1);
      w->at++;
      say(w, "put %d", run->put_output(run, "result", "text/plain", "done", 4));
      say(w, "checkpoint %d", run->checkpoint(run, state, (size_t)state_of(w, state)));
      return BATON_STEP_CONTINUE;
    case 'o':
      run->open_output(run, "partial", "text/plain");
      say(w, "wrote %d", run->write_output(run, "partial", "x", 1));
      while (!load(&worker.released)) sleep_ms(1);
      return BATON_STEP_CONTINUE;
    case 'l':
      say(w, "holds", 0);
      while (run->should_stop(run) != BATON_STOP_TIMED_OUT) sleep_ms(1);
      return BATON_STEP_CONTINUE;
    case 'g':
      while (access(worker.gate, F_OK) != 0) sleep_ms(1);
      break;
  }
  sleep_ms(w->ms);
  w->at++;
  note_step(w->name, w->at, began_ms, began_us);
  if (w->kind == 'c') {
    const int size = state_of(w, state);
    if (run->checkpoint(run, state, (size_t)size) == BATON_OK) note("saved %s %d", w->name, w->at);
  }
  if (w->at >= w->steps) return BATON_STEP_SUCCESS;
  switch (w->kind) {
    case 'f':
    case 'F':
      run->fail(run, "WORKER_FAILED", "as it was told", w->kind == 'f');
      return BATON_STEP_FAILURE;
    case 'r':
      run->retry_after(run, w->ms);
      return BATON_STEP_RETRY;
  }
  return BATON_STEP_CONTINUE;
}

static void BATON_CALL on_stop(void* payload, int32_t reason) { say(payload, "stop %d", reason); }

static baton_status BATON_CALL reset(void* payload) {
  work* w = payload;
  say(w, "reset", 0);
  w->at = 0;
  return BATON_OK;
}

static double BATON_CALL get_progress(void* payload) {
  const work* w = payload;
  return (double)w->at / w->steps;
}

static baton_status BATON_CALL get_content(void* payload, const baton_sink* sink) {
  const work* w = payload;
  char json[STATE_SIZE];
  const int size = snprintf(json, sizeof json, "{\"name\":\"%s\",\"at\":%d}", w->name, w->at);
  return sink->write(sink, json, (size_t)size);
}

static baton_status BATON_CALL get_serialized(void* payload, const baton_sink* sink) {
  char state[STATE_SIZE];
  const int size = state_of(payload, state);
  return sink->write(sink, state, (size_t)size);
}

static void BATON_CALL finalize(void* payload) {
  say(payload, "finalize", 0);
  count(&worker.finalized);
  free(payload);
}

static baton_status create(const work* value, int saved, baton_job* job) {
  baton_job_desc desc = {0};
  baton_status status;
  work* w = malloc(sizeof *w);
  if (w == NULL) return BATON_ERROR_NO_MEMORY;
  *w = *value;
  desc.struct_size = sizeof desc;
  desc.type = strncmp(w->name, "again", 5) == 0 ? "worker.anew" : "worker";
  desc.payload = w;
  desc.step = step;
  desc.stop = on_stop;
  desc.reset = strncmp(w->name, "again", 5) == 0 ? NULL : reset;
  desc.get_progress = get_progress;
  desc.get_content = get_content;
  desc.get_serialized = saved ? get_serialized : NULL;
  desc.finalize = finalize;
  status = w->host->create_job(w->host, &desc, job);
  if (status == BATON_OK) {
    count(&worker.created);
  } else {
    free(w);
  }
  return status;
}

static baton_status submit(const work* w, int saved, const baton_submit_options* options,
                           char* id) {
  baton_job job;
  baton_status status = create(w, saved, &job);
  if (status != BATON_OK) return status;
  if (worker.announces) {
    say(w, "submitting", 0);
    note("submitting %s", w->name);
  }
  status = w->host->submit_job(w->host, job, options, id);
  if (status == BATON_OK) {
    if (saved) note("submitted %s %s", w->name, id);
    return status;
  }
  note("refused %s %d", w->name, (int)status);
  w->host->free_job(w->host, job);
  return status;
}

static baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                                      baton_job* job) {
  work w = {0};
  char line[STATE_SIZE] = "";
  (void)type;
  if (size >= sizeof line) return BATON_ERROR_TOO_LARGE;
  memcpy(line, state, size);
  if (sscanf(line, "%39s %d %d %d %c", w.name, &w.steps, &w.ms, &w.at, &w.kind) != 5)
    return BATON_ERROR_INVALID_ARGUMENT;
  w.host = data;
  say(&w, "revive %d", w.at);
  return create(&w, 1, job);
}

#endif /* TEST_WORKER_JOB_H_ */
