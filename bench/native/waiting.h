/* What the plugins of pending.ts share, of whatever host: the jobs that hold the slots, and the clock
 * of those that wait behind them. */
#ifndef BATON_BENCH_WAITING_H_
#define BATON_BENCH_WAITING_H_

#include <malloc.h>
#include <stdint.h>
#include <stdlib.h>

#include "batch.h"

enum { PRIORITIES = 10, TOP_PRIORITY = 100, SLOTS = 2, MOST_KNOWN = 1000 };

/* One set of waiting jobs at a time. It is the payload of those that hold the slots; `all` is that of
 * those that wait, so what is measured of memory is the host's. */
typedef struct waiting {
  int held; /* slots that are held; guarded by `mutex`, as `released` */
  int released;
  pthread_mutex_t mutex;
  pthread_cond_t changed;
  batch all; /* joined by each that waits, left by its step or its cancel */
} waiting;

#define NOBODY_WAITS \
  { 0, 0, PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, BATCH_OF_NONE }

/* The step of a job that holds a slot: returns when all are released. */
static inline void hold_slot(waiting* w) {
  pthread_mutex_lock(&w->mutex);
  w->held++;
  pthread_cond_broadcast(&w->changed);
  while (!w->released) pthread_cond_wait(&w->changed, &w->mutex);
  pthread_mutex_unlock(&w->mutex);
}

static inline void await_held(waiting* w) {
  pthread_mutex_lock(&w->mutex);
  while (w->held < SLOTS) pthread_cond_wait(&w->changed, &w->mutex);
  pthread_mutex_unlock(&w->mutex);
}

/* Lets them go; answers how many nanoseconds it took until nobody waits any more. */
static inline int64_t release_slots(waiting* w) {
  const int64_t began_at = now_ns();
  pthread_mutex_lock(&w->mutex);
  w->released = 1;
  pthread_cond_broadcast(&w->changed);
  pthread_mutex_unlock(&w->mutex);
  return await_end(&w->all) - began_at;
}

/* Bytes that the process has from malloc and has not given back. */
static inline int64_t allocated(void) {
  const struct mallinfo2 info = mallinfo2();
  return (int64_t)(info.uordblks + info.hblkhd);
}

#endif
