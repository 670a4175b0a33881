/* GET /myapp-c/hello?delayMs=5000&steps=4 creates a job that waits `delayMs` in each step and
 * counts; it succeeds when it has counted to `steps`. POST /jobs with the content
 * {"delayMs": 5000, "steps": 4} does the same. C99 and POSIX, to be copied. */
#define _POSIX_C_SOURCE 200809L

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "baton.h"

#define TYPE "Customization"

#define MAX_DELAY_MS INT32_MAX
#define MAX_NUMBER INT64_C(9007199254740991) /* JSON readers count this far */

enum {
  DEFAULT_DELAY_MS = 5000,
  DEFAULT_STEPS = 4,
  SLICE_MS = 10, /* how long a delay goes on after the job was asked to stop */
  TEXT_SIZE = 256
};

/* The payload. It has the host with it: one image serves several hosts, so nothing is static. */
typedef struct counter {
  const baton_host* host;
  int64_t delay_ms;
  int64_t steps;
  int64_t count;
} counter;

/* ---------------------------------------------------------------------------- the job -- */

static void say(const counter* self, const char* text) {
  self->host->log(self->host, BATON_LOG_DEBUG, text);
}

static int64_t now_ms(void) {
  struct timespec now;
  clock_gettime(CLOCK_MONOTONIC, &now);
  return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

static void sleep_ms(int64_t ms) {
  struct timespec time = {0};
  time.tv_nsec = (long)ms * 1000000;
  nanosleep(&time, NULL);
}

/* Waits; returns 0 if the job was asked to stop before the time was over. */
static int delay(const baton_run* run, int64_t ms) {
  const int64_t end = now_ms() + ms;
  for (;;) {
    int64_t rest;
    if (run->should_stop(run) != 0) return 0;
    rest = end - now_ms();
    if (rest <= 0) return 1;
    sleep_ms(rest < SLICE_MS ? rest : SLICE_MS);
  }
}

static int32_t BATON_CALL counter_step(void* payload, const baton_run* run) {
  counter* self = payload;
  char text[TEXT_SIZE];
  /* Not counted. The host knows what it asked for, and calls stop next. */
  if (!delay(run, self->delay_ms)) return BATON_STEP_CONTINUE;
  /* After a crash the last step may be done again: it then counts to `steps` again. */
  if (self->count < self->steps) self->count++;
  snprintf(text, sizeof text, "step %" PRId64, self->count);
  say(self, text);
  return self->count < self->steps ? BATON_STEP_CONTINUE : BATON_STEP_SUCCESS;
}

static const char* reason_name(int32_t reason) {
  switch (reason) {
    case BATON_STOP_SUCCESS:
      return "success";
    case BATON_STOP_PAUSED:
      return "paused";
    case BATON_STOP_FAILURE:
      return "failure";
    case BATON_STOP_CANCELED:
      return "canceled";
    case BATON_STOP_RETRY:
      return "retry";
    case BATON_STOP_TIMED_OUT:
      return "timed-out";
    case BATON_STOP_CLOSING:
      return "closing";
    default:
      return "unknown"; /* of a newer host */
  }
}

static void BATON_CALL counter_stop(void* payload, int32_t reason) {
  char text[TEXT_SIZE];
  snprintf(text, sizeof text, "stop %s", reason_name(reason));
  say(payload, text);
}

static baton_status BATON_CALL counter_reset(void* payload) {
  counter* self = payload;
  say(self, "reset");
  self->count = 0;
  return BATON_OK;
}

static double BATON_CALL counter_get_progress(void* payload) {
  const counter* self = payload;
  return (double)self->count / (double)self->steps;
}

static baton_status BATON_CALL counter_get_content(void* payload, const baton_sink* sink) {
  const counter* self = payload;
  char text[TEXT_SIZE];
  snprintf(text, sizeof text, "{\"count\":%" PRId64 ",\"steps\":%" PRId64 "}", self->count,
           self->steps);
  return sink->write(sink, text, strlen(text));
}

/* Any bytes would do. Text has no byte order, and is readable in a store. */
static void print_state(const counter* self, char text[TEXT_SIZE]) {
  snprintf(text, TEXT_SIZE, "{\"delayMs\":%" PRId64 ",\"steps\":%" PRId64 ",\"count\":%" PRId64 "}",
           self->delay_ms, self->steps, self->count);
}

static baton_status BATON_CALL counter_get_serialized(void* payload, const baton_sink* sink) {
  char text[TEXT_SIZE];
  print_state(payload, text);
  return sink->write(sink, text, strlen(text));
}

static void BATON_CALL counter_finalize(void* payload) {
  say(payload, "finalize");
  free(payload);
}

/* On an error nothing is left behind. */
static baton_status create(const counter* value, baton_job* job_out) {
  const baton_host* host = value->host;
  baton_job_desc desc = {0};
  baton_status status;
  counter* self = malloc(sizeof *self);
  if (self == NULL) return BATON_ERROR_NO_MEMORY;
  *self = *value;
  desc.struct_size = sizeof desc;
  desc.type = TYPE;
  desc.payload = self;
  desc.step = counter_step;
  desc.stop = counter_stop;
  desc.reset = counter_reset;
  desc.get_progress = counter_get_progress;
  desc.get_content = counter_get_content;
  desc.get_serialized = counter_get_serialized;
  desc.finalize = counter_finalize;
  status = host->create_job(host, &desc, job_out);
  if (status != BATON_OK) free(self); /* still ours */
  return status;
}

/* ---------------------------------------------------------------------------- reading -- */

/* Text that is read from the left. It does not end in NUL. */
typedef struct reader {
  const char* at;
  const char* end;
} reader;

/* Reads a whole number, at most MAX_NUMBER. */
static int read_number(reader* text, int64_t* value) {
  const char* begin = text->at;
  int64_t number = 0;
  for (; text->at < text->end && *text->at >= '0' && *text->at <= '9'; text->at++) {
    number = number * 10 + (*text->at - '0');
    if (number > MAX_NUMBER) return 0;
  }
  *value = number;
  return text->at > begin;
}

static int read_literal(reader* text, const char* literal) {
  const size_t size = strlen(literal);
  if ((size_t)(text->end - text->at) < size || memcmp(text->at, literal, size) != 0) return 0;
  text->at += size;
  return 1;
}

static int read_end(const reader* text) { return text->at == text->end; }

static void skip_space(reader* text) {
  while (text->at < text->end && strchr(" \t\r\n", *text->at) != NULL) text->at++;
}

static int read_word(reader* text, const char* word) {
  skip_space(text);
  return read_literal(text, word);
}

/* A member of a JSON object that is one of the two numbers. */
static int read_member(reader* text, counter* self) {
  int64_t* value;
  if (read_word(text, "\"delayMs\"")) {
    value = &self->delay_ms;
  } else if (read_word(text, "\"steps\"")) {
    value = &self->steps;
  } else {
    return 0;
  }
  if (!read_word(text, ":")) return 0;
  skip_space(text);
  return read_number(text, value);
}

/* What somebody wants: a JSON object with no, one or both of the numbers, and nothing else. */
static int read_content(reader text, counter* self) {
  if (!read_word(&text, "{")) return 0;
  if (read_word(&text, "}")) return 1;
  do {
    if (!read_member(&text, self)) return 0;
  } while (read_word(&text, ","));
  return read_word(&text, "}");
}

/* The first query argument of this name, if there is one, replaces *value. */
static int read_query(const baton_request* request, const char* name, int64_t* value) {
  size_t i;
  for (i = 0; i < request->query_count; i++) {
    if (strcmp(request->query[i].name, name) == 0) {
      reader text;
      text.at = request->query[i].value;
      text.end = text.at + strlen(text.at);
      return read_number(&text, value) && read_end(&text);
    }
  }
  return 1;
}

static int is_valid(const counter* self) {
  return self->delay_ms <= MAX_DELAY_MS && self->steps >= 1 && self->count <= self->steps;
}

/* What print_state wrote. It comes from a store: it may be of another version, or damaged. */
static int read_state(reader text, counter* self) {
  return read_literal(&text, "{\"delayMs\":") && read_number(&text, &self->delay_ms) &&
         read_literal(&text, ",\"steps\":") && read_number(&text, &self->steps) &&
         read_literal(&text, ",\"count\":") && read_number(&text, &self->count) &&
         read_literal(&text, "}") && read_end(&text) && is_valid(self);
}

static baton_status BATON_CALL revive(void* data, const char* type, const void* state, size_t size,
                                      baton_job* job_out) {
  counter value = {0};
  char saved[TEXT_SIZE];
  char text[TEXT_SIZE + sizeof "revive "];
  reader bytes;
  (void)type; /* this is registered for one type only */
  if (size == 0) return BATON_ERROR_INVALID_ARGUMENT;
  bytes.at = state;
  bytes.end = bytes.at + size;
  if (!read_state(bytes, &value)) return BATON_ERROR_INVALID_ARGUMENT;
  value.host = data;
  print_state(&value, saved);
  snprintf(text, sizeof text, "revive %s", saved);
  say(&value, text);
  return create(&value, job_out);
}

/* What somebody gets who has no plugin: POST /jobs. */
static baton_status BATON_CALL create_from(void* data, const char* type, const char* content,
                                           size_t size, const baton_sink* why, baton_job* job_out) {
  static const char words[] = "delayMs is 0 or more, steps is 1 or more; there is nothing else";
  counter value = {0};
  reader json;
  (void)type; /* as above */
  value.host = data;
  value.delay_ms = DEFAULT_DELAY_MS;
  value.steps = DEFAULT_STEPS;
  json.at = content;
  json.end = content + size;
  if (!read_content(json, &value) || !is_valid(&value)) {
    why->write(why, words, sizeof words - 1);
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

static baton_status answer_error(baton_response* response, int32_t http_status, const char* error) {
  char json[TEXT_SIZE] = "{\"error\":\"";
  size_t size = strlen(json);
  for (; *error != '\0' && size < sizeof json - 4; error++) {
    if (*error == '"' || *error == '\\') json[size++] = '\\';
    json[size++] = *error;
  }
  strcpy(json + size, "\"}");
  return answer(response, http_status, json);
}

static baton_status submit(const counter* value, char* id_out) {
  const baton_host* host = value->host;
  baton_job job;
  baton_status status = create(value, &job);
  if (status != BATON_OK) return status;
  status = host->submit_job(host, job, NULL, id_out);
  if (status != BATON_OK) host->free_job(host, job); /* still ours; this calls finalize */
  return status;
}

static baton_status BATON_CALL handle_hello(void* data, const baton_request* request,
                                            baton_response* response) {
  const baton_host* host = data;
  counter value = {0};
  char id[BATON_ID_SIZE];
  char json[TEXT_SIZE];
  baton_status status;
  value.host = host;
  value.delay_ms = DEFAULT_DELAY_MS;
  value.steps = DEFAULT_STEPS;
  if (!read_query(request, "delayMs", &value.delay_ms) ||
      !read_query(request, "steps", &value.steps) || !is_valid(&value)) {
    return answer_error(response, 400, "delayMs is 0 or more, steps is 1 or more");
  }
  status = submit(&value, id);
  if (status != BATON_OK) return answer_error(response, 503, host->status_text(status));
  snprintf(json, sizeof json, "{\"ID\":\"%s\",\"Path\":\"/jobs/%s\"}", id, id);
  return answer(response, 200, json);
}

/* ---------------------------------------------------------------------------- the plugin -- */

static baton_status BATON_CALL start(const baton_host* host) {
  void* data = (void*)host;
  baton_status status = host->register_type(host, TYPE, 0, revive, data);
  /* A host before minor 4 does not make jobs from content. */
  if (status == BATON_OK && BATON_HAS(baton_host, host, register_creator)) {
    status = host->register_creator(host, TYPE, create_from, data);
  }
  if (status != BATON_OK) return status;
  return host->register_route(host, "GET", "/myapp-c/hello", handle_hello, data);
}

/* All that `start` took belongs to the host, which takes it back itself. */
static void BATON_CALL stop(void) {}

BATON_EXPORT const baton_plugin* BATON_CALL baton_plugin_query(void) {
  static const baton_plugin plugin = {
      sizeof(baton_plugin), BATON_ABI_MAJOR, BATON_ABI_MINOR, 0, "hello-c", "1.0.0", start, stop};
  return &plugin;
}
