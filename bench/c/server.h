/* What the C servers share: one thread, level-triggered epoll, no tricks. */
#ifndef BENCH_SERVER_H
#define BENCH_SERVER_H

#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

enum {
  RECEIVE_BYTES = 64 * 1024, /* As much as node:net offers to a read. */
};

struct server {
  const char *name;
  uint32_t events;            /* What is watched of a new client. */
  /* What has happened to a client. It calls watch() to be told of other events, and close() to end it. */
  void (*ready)(int fd, uint32_t events);
  const uint64_t *bytes_read; /* Told with the usage; NULL where that isn't counted. */
};

void die(const char *what) __attribute__((noreturn)); /* Prints errno's text, too. */
/* An array of what is remembered of clients, by descriptor; of zeros at first. */
void *client_array(size_t size);
void watch(int operation, int fd, uint32_t events);
/* Sends what the kernel takes; answers how much that was, or -1 if the client is gone. */
ssize_t send_some(int fd, const char *bytes, size_t length);
/*
 * Listens and prints "port N"; then serves, and answers requests on standard input, one JSON line each (see
 * ../servers/control.mjs): "usage" tells CPU time and resident memory, "gc" gives free memory back to the kernel. Ends
 * the process when standard input ends.
 */
void serve(const struct server *server) __attribute__((noreturn));

#endif
