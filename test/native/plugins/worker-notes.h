/* What the plugin of worker.c writes down: lines of a file, each flushed before anything else happens, and the
 * times of its steps. Any thread. */
#ifndef TEST_WORKER_NOTES_H_
#define TEST_WORKER_NOTES_H_

#include <pthread.h>
#include <signal.h>
#include <unistd.h>

#include "plugin.h"

enum { MAX_TIMES = 20000 };

typedef struct times {
  char name[40];
  int at;
  int64_t began;
  int64_t ended;
} times;

/* `log`: the file, -1: none; `kill_after`: the process is killed after so many lines, 0: it is not. */
static struct {
  pthread_mutex_t mutex;
  int log;
  int lines;
  int kill_after;
  int time_count;
  times all[MAX_TIMES];
} notes = {.mutex = PTHREAD_MUTEX_INITIALIZER, .log = -1};

static void note(const char* format, ...) __attribute__((format(printf, 1, 2)));

static void note(const char* format, ...) {
  char line[256];
  va_list list;
  int size;
  if (notes.log < 0) return;
  va_start(list, format);
  size = vsnprintf(line, sizeof line - 1, format, list);
  va_end(list);
  line[size++] = '\n';
  pthread_mutex_lock(&notes.mutex);
  if (write(notes.log, line, (size_t)size) != size || fsync(notes.log) != 0) abort();
  notes.lines++;
  if (notes.lines == notes.kill_after) kill(getpid(), SIGKILL);
  pthread_mutex_unlock(&notes.mutex);
}

static void note_step(const char* name, int at, int64_t began_ms, int64_t began_us) {
  note("step %s %d %lld %lld", name, at, (long long)began_ms,
       (long long)(now_us(CLOCK_REALTIME) / 1000));
  pthread_mutex_lock(&notes.mutex);
  if (notes.time_count < MAX_TIMES) {
    times* t = &notes.all[notes.time_count++];
    snprintf(t->name, sizeof t->name, "%s", name);
    t->at = at;
    t->began = began_us;
    t->ended = now_us(CLOCK_MONOTONIC);
  }
  pthread_mutex_unlock(&notes.mutex);
}

#endif /* TEST_WORKER_NOTES_H_ */
