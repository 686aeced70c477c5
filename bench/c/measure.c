/* Time, phases and the durations of operations. */
#include "load.h"

#include <errno.h>
#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

void fail(const char *what) {
  fprintf(stderr, "load: %s: %s\n", what, strerror(errno));
  exit(1);
}

void fail_because(const char *sentence) {
  fprintf(stderr, "load: %s\n", sentence);
  exit(1);
}

uint64_t now_ns(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
}

/*
 * A histogram whose steps grow with the value: 64 of them to each power of two, so a percentile is right to
 * 1.6 % whatever its size, and adding costs a few instructions. Up to 127 ns each value has its own step.
 */
enum { STEP_BITS = 6, STEPS = 1 << STEP_BITS };

static uint64_t counts[64 * STEPS];
static uint64_t total;

void histogram_clear(void) {
  memset(counts, 0, sizeof counts);
  total = 0;
}

void histogram_add(uint64_t ns) {
  unsigned shift = ns < 2 * STEPS ? 0 : 63u - (unsigned)__builtin_clzll(ns) - STEP_BITS;
  counts[shift * STEPS + (ns >> shift)]++;
  total++;
}

double histogram_percentile_us(double share) {
  uint64_t wanted = (uint64_t)(share * (double)total + 0.5);
  uint64_t seen = 0;
  for (unsigned step = 0; step < 64 * STEPS; step++) {
    seen += counts[step];
    if (seen < wanted || seen == 0) continue;
    unsigned shift = step < 2 * STEPS ? 0 : step / STEPS - 1;
    double middle = shift == 0 ? 0 : 0.5;
    return ((double)(step - shift * STEPS) + middle) * (double)(1ull << shift) / 1000.0;
  }
  return 0;
}

/*
 * How long this process had something to do: it was on its processor, or waited for it while another program was.
 * Where the kernel doesn't tell the waiting, it is the time on the processor.
 */
static uint64_t busy_ns(void) {
  unsigned long long running = 0;
  unsigned long long waiting = 0;
  FILE *file = fopen("/proc/self/schedstat", "re");
  if (file == NULL) {
    struct timespec time;
    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (uint64_t)time.tv_sec * 1000000000u + (uint64_t)time.tv_nsec;
  }
  if (fscanf(file, "%llu %llu", &running, &waiting) != 2) fail("/proc/self/schedstat");
  fclose(file);
  return running + waiting;
}

struct phase phase_begin(double seconds, long count) {
  uint64_t now = now_ns();
  histogram_clear();
  return (struct phase){
      .began_ns = now,
      .began_busy_ns = busy_ns(),
      .deadline_ns = seconds > 0 ? now + (uint64_t)(seconds * 1e9) : UINT64_MAX,
      .left = count > 0 ? count : LONG_MAX,
  };
}

struct phase phase_begin_warmup(double seconds, long count) {
  if (seconds <= 0) return phase_begin(seconds, count);
  struct phase phase = phase_begin(seconds, 0);
  phase.owed = count;
  return phase;
}

bool phase_take(struct phase *phase, uint64_t now) {
  if (phase->left == 0 || (phase->owed <= 0 && now >= phase->deadline_ns)) return false;
  phase->owed--;
  phase->left--;
  phase->underway++;
  return true;
}

void phase_done(struct phase *phase, uint64_t took_ns) {
  phase->underway--;
  phase->done++;
  histogram_add(took_ns);
}

void phase_report(const struct phase *phase) {
  double seconds = (double)(now_ns() - phase->began_ns) / 1e9;
  double busy = (double)(busy_ns() - phase->began_busy_ns) / 1e9;
  printf("{\"operations\":%ld,\"seconds\":%.6f,\"idle\":%.4f,\"p50Us\":%.2f,\"p99Us\":%.2f}\n", phase->done, seconds,
         busy < seconds ? 1 - busy / seconds : 0, histogram_percentile_us(0.5), histogram_percentile_us(0.99));
  fflush(stdout);
}

void wait_for_go(void) {
  printf("ready\n");
  fflush(stdout);
  wait_for_line("go");
}

void wait_for_line(const char *expected) {
  char line[16];
  if (fgets(line, sizeof line, stdin) == NULL) exit(0);
  line[strcspn(line, "\n")] = '\0';
  if (strcmp(line, expected) != 0) {
    fprintf(stderr, "load: expected the line %s\n", expected);
    exit(1);
  }
}

void wait_for_end(void) {
  while (getchar() != EOF) continue;
}
