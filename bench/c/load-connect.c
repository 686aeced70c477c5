/*
 * Modes connect and idle: connections that come one after the other, a fixed number being opened at once.
 *
 * In both, a connection counts only when its echo has come back. The kernel finishes handshakes by itself, so
 * "connected" would say nothing about the server; an echo says that it has accepted the connection and set up
 * all it needs to serve it. In mode connect the server's end is waited for, too: nothing is left to do for the
 * server when the last operation is done.
 */
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

struct client {
  int fd;
  size_t received;
  uint64_t began_ns;
};

static const struct options *options;
static struct client *clients;
static struct phase phase;
static int epoll_fd;
/* What becomes of a connection whose echo is complete: it is closed, or it stays. */
static bool stays;

static void begin(struct client *client, uint64_t now) {
  if (!phase_take(&phase, now)) return;
  client->began_ns = now;
  client->received = 0;
  client->fd = connect_to(options->port);
  ssize_t sent = send(client->fd, pattern_at(0), options->size, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent != (ssize_t)options->size) fail_because("a message didn't fit into a fresh connection");
  epoll_watch(epoll_fd, EPOLL_CTL_ADD, client->fd, EPOLLIN, client);
}

static void finish(struct client *client) {
  uint64_t now = now_ns();
  phase_done(&phase, now - client->began_ns);
  begin(client, now);
}

/* The descriptor stays open and is forgotten. */
static void leave_open(struct client *client) {
  static const struct linger reset = {.l_onoff = 1, .l_linger = 0};
  if (setsockopt(client->fd, SOL_SOCKET, SO_LINGER, &reset, sizeof reset) < 0) fail("setsockopt");
  epoll_watch(epoll_fd, EPOLL_CTL_DEL, client->fd, 0, NULL);
  finish(client);
}

static void receive(struct client *client) {
  char buffer[RECEIVE_BYTES];
  ssize_t length = recv(client->fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (length < 0 && errno == EAGAIN) return;
  if (length < 0) fail("recv");
  if (length == 0) {
    if (client->received < options->size) fail_because("the server closed a connection before the echo");
    close(client->fd);
    finish(client);
    return;
  }
  if (client->received + (size_t)length > options->size ||
      memcmp(buffer, pattern_at(client->received), (size_t)length) != 0) {
    fail_because("the server answered with something else than an echo");
  }
  client->received += (size_t)length;
  if (client->received < options->size) return;
  if (stays) {
    leave_open(client);
  } else if (shutdown(client->fd, SHUT_WR) < 0) {
    fail("shutdown");
  }
}

static void run_phase(struct phase begun) {
  struct epoll_event events[EVENTS_PER_WAIT];
  phase = begun;
  for (int i = 0; i < options->connections; i++) begin(&clients[i], now_ns());
  while (phase.underway > 0) {
    int ready = epoll_wait(epoll_fd, events, EVENTS_PER_WAIT, -1);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; i++) receive(events[i].data.ptr);
  }
}

static void run(const struct options *given, bool measured_stay) {
  options = given;
  epoll_fd = epoll_make();
  clients = calloc((size_t)options->connections, sizeof *clients);
  if (clients == NULL) fail("calloc");
  if (options->warmup_seconds > 0 || options->warmup_count > 0) {
    run_phase(phase_begin_warmup(options->warmup_seconds, options->warmup_count));
  }
  wait_for_go();
  stays = measured_stay;
  run_phase(phase_begin(options->seconds, options->count));
  phase_report(&phase);
}

void run_connect(const struct options *given) {
  raise_descriptor_limit(given->connections);
  run(given, false);
}

void run_idle(const struct options *given) {
  if (given->count <= 0) fail_because("mode idle needs --count");
  raise_descriptor_limit(given->count + given->connections);
  run(given, true);
}
