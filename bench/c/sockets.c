/*
 * Facts about opening many connections to one port on one machine
 *
 * - A connection is told from others by its two addresses and two ports. From one source address there are
 *   only the ~28,000 ports of net.ipv4.ip_local_port_range to one server port.
 * - The end that closes first keeps the connection in TIME_WAIT for 60 s, and its port with it. In mode
 *   connect that is this end, as it is with most real clients: the server is to see an orderly end, not a
 *   reset, which would take it through its error path.
 * - All of 127.0.0.0/8 is the loopback interface: any address of it can be a source without being set up.
 * - bind() with port 0 reserves a port for all destinations; with IP_BIND_ADDRESS_NO_PORT (ip(7)) the port is
 *   chosen in connect(), and only the four together have to be unique.
 *
 * So sockets take turns with SOURCES addresses, 1.8 million connections in any 60 s; each server process
 * listens on a fresh port besides. What TIME_WAIT costs is then memory of the kernel only (at most
 * net.ipv4.tcp_max_tw_buckets of them) and none of it is charged to the server. Mode idle closes by a reset
 * (SO_LINGER with time 0) so that its thousands of connections leave nothing behind for the next row.
 *
 * connect() blocks: on loopback the kernel finishes the handshake inside the call, without the server's help,
 * as long as there is room in the backlog. It spares the load generator a round through epoll. What keeps
 * room in the backlog is that few connections are being opened at once.
 */
#define _GNU_SOURCE
#include "load.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>

enum { SOURCES = 64, DESCRIPTORS_BESIDE = 16 };

static const uint32_t FIRST_SOURCE = INADDR_LOOPBACK + 1; /* 127.0.0.2 */

static int open_bound(int flags) {
  static uint32_t turn;
  static const int enabled = 1;
  struct sockaddr_in from = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(FIRST_SOURCE + turn++ % SOURCES)};
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC | flags, 0);
  if (fd < 0) fail("socket");
  if (setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &enabled, sizeof enabled) < 0) fail("setsockopt");
  if (bind(fd, (struct sockaddr *)&from, sizeof from) < 0) fail("bind");
  return fd;
}

static int connect_loopback(int fd, int port) {
  struct sockaddr_in to = {
      .sin_family = AF_INET, .sin_port = htons((uint16_t)port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  return connect(fd, (struct sockaddr *)&to, sizeof to);
}

int connect_to(int port) {
  int fd = open_bound(0);
  if (connect_loopback(fd, port) < 0) fail("connect");
  return fd;
}

int connect_begin(int port) {
  int fd = open_bound(SOCK_NONBLOCK);
  if (connect_loopback(fd, port) < 0 && errno != EINPROGRESS) fail("connect");
  return fd;
}

int epoll_make(void) {
  int fd = epoll_create1(EPOLL_CLOEXEC);
  if (fd < 0) fail("epoll_create1");
  return fd;
}

void epoll_watch(int epoll_fd, int operation, int fd, uint32_t events, void *data) {
  struct epoll_event event = {.events = events, .data.ptr = data};
  if (epoll_ctl(epoll_fd, operation, fd, &event) < 0) fail("epoll_ctl");
}

void raise_descriptor_limit(long needed) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) fail("getrlimit");
  if ((rlim_t)(needed + DESCRIPTORS_BESIDE) > limit.rlim_max) {
    fprintf(stderr, "load: %ld connections need more descriptors than the hard limit of %lu allows\n", needed,
            (unsigned long)limit.rlim_max);
    exit(1);
  }
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) fail("setrlimit");
}

static char *pattern;
static size_t message_size;

/* Bytes of a message that don't repeat soon, so that lost, doubled and mixed-up bytes show. In a line they are printable. */
static char pattern_byte(size_t i, size_t size, bool lines) {
  uint32_t mixed = (uint32_t)(i % size) * 2654435761u;
  if (!lines) return (char)(mixed >> 24);
  if (i % size == size - 2) return '\r';
  if (i % size == size - 1) return '\n';
  return (char)('!' + (mixed >> 24) % 94);
}

void pattern_make(size_t size, bool lines) {
  message_size = size;
  pattern = malloc(size + RECEIVE_BYTES);
  if (pattern == NULL) fail("malloc");
  for (size_t i = 0; i < size + RECEIVE_BYTES; i++) pattern[i] = pattern_byte(i, size, lines);
}

const char *pattern_at(uint64_t offset) {
  return pattern + offset % message_size;
}
