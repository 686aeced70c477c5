/* What the modes of the load generator share. Its command line and its conversation are described in load.c. */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
  RECEIVE_BYTES = 64 * 1024,
  EVENTS_PER_WAIT = 1024,
};

struct options {
  int port;
  int connections; /* echo and bulk: how many; connect and idle: how many are being opened at once. */
  size_t size;     /* Bytes of a message. */
  int outstanding; /* echo: messages under way on each connection. */
  bool lines;      /* echo: messages are lines. */
  double seconds;  /* How long the measured phase begins operations; 0: until `count` is reached. */
  long count;      /* How many operations the measured phase begins; 0: until `seconds` are over. */
  double warmup_seconds;
  long warmup_count;
};

/*
 * A phase begins operations until its time is over or its count is reached, whichever is first, and is over
 * when the last of them is done. So each operation that the server had to work for is counted, and none is
 * counted that it didn't.
 */
struct phase {
  uint64_t began_ns;
  uint64_t began_busy_ns; /* How long this process had had something to do by then. */
  uint64_t deadline_ns;
  long left;     /* Operations that may still begin. */
  long owed;     /* Operations that begin even if the time is over. */
  long underway; /* Begun and not done. */
  long done;
};

void fail(const char *what) __attribute__((noreturn));          /* Prints errno's text, too. */
void fail_because(const char *sentence) __attribute__((noreturn));

uint64_t now_ns(void);

struct phase phase_begin(double seconds, long count);
/* A phase that goes on until both are reached, however slow the machine is. */
struct phase phase_begin_warmup(double seconds, long count);
/* Counts one operation as begun if the phase still takes any. */
bool phase_take(struct phase *phase, uint64_t now);
/* Counts one operation as done and remembers how long it took. */
void phase_done(struct phase *phase, uint64_t took_ns);
/* Prints the measured phase as a line of JSON. */
void phase_report(const struct phase *phase);

/* Forgets the durations so far. */
void histogram_clear(void);
void histogram_add(uint64_t ns);
/* The duration in microseconds that `share` (0 to 1) of all didn't exceed. */
double histogram_percentile_us(double share);

/* A connected socket. Each call takes the next of several source addresses, see sockets.c. */
int connect_to(int port);
/* The same without waiting: the socket is non-blocking, and writable once it is connected or has failed. */
int connect_begin(int port);
int epoll_make(void);
void epoll_watch(int epoll_fd, int operation, int fd, uint32_t events, void *data);
void raise_descriptor_limit(long needed);

/* The bytes of all messages, one after the other, from `offset` on in the stream: RECEIVE_BYTES of them. */
void pattern_make(size_t size, bool lines);
const char *pattern_at(uint64_t offset);
/*
 * For messages so large that copying them costs more than the calls do, the load generator copies nothing, or it would
 * be slower than a server. It sends from the page cache, and drops what comes (MSG_TRUNC, tcp(7)) but for samples.
 */
struct page_cache {
  int fd;
  size_t length; /* Of bytes that are repeated in it without a break. */
};
struct page_cache page_cache_of(const char *bytes, size_t length, size_t times);
/* Sends up to `length` bytes from `offset` on in the endless stream of those bytes. The socket is non-blocking. */
ssize_t page_cache_send(const struct page_cache *cache, int fd, uint64_t offset, size_t length);

/* Says "ready" and waits for "go". */
void wait_for_go(void);
/* Waits for this line; where standard input ends instead, the program does. */
void wait_for_line(const char *expected);
/* Waits for the end of standard input. */
void wait_for_end(void);

enum bulk_direction { BULK_IN, BULK_OUT, BULK_BOTH };

void run_bulk(const struct options *options, enum bulk_direction direction);
void run_echo(const struct options *options);
void run_connect(const struct options *options);
void run_idle(const struct options *options);
void run_storm(const struct options *options);

#endif
