/* What the benchmarks' plugins share that measure how long single things take. */
#ifndef BATON_BENCH_LATENCY_H_
#define BATON_BENCH_LATENCY_H_

#include <inttypes.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>

static inline void sleep_ns(int64_t ns) {
  struct timespec wait;
  wait.tv_sec = (time_t)(ns / INT64_C(1000000000));
  wait.tv_nsec = (long)(ns % INT64_C(1000000000));
  nanosleep(&wait, NULL);
}

static inline int compare_ns(const void* a, const void* b) {
  const int64_t x = *(const int64_t*)a;
  const int64_t y = *(const int64_t*)b;
  return (x > y) - (x < y);
}

/* Writes "<p50> <p99>" of the `count` samples, which it sorts. Answers the size of the text. */
static inline int write_percentiles(char* text, size_t size, int64_t* samples, int64_t count) {
  qsort(samples, (size_t)count, sizeof *samples, compare_ns);
  return snprintf(text, size, "%" PRId64 " %" PRId64, samples[count / 2],
                  samples[count * 99 / 100]);
}

#endif
