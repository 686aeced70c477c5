/*
 * Mode echo: connections that stay, each with a fixed number of messages under way.
 *
 * All that comes back is compared. Of large messages only every CHECKED_EVERYth is; a byte that is lost or doubled in
 * between moves those that follow, and shows there.
 */
#include "load.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>

enum { LARGE_BYTES = 4096, CHECKED_EVERY = 16 };

struct connection {
  int fd;
  bool waits_for_room;  /* EPOLLOUT is being watched. */
  uint64_t bytes_owed;  /* Of messages begun, still to be sent. */
  uint64_t bytes_sent;
  uint64_t bytes_received;
  uint64_t begun; /* Messages, since the connection was made. */
  uint64_t done;
  uint64_t *began_ns; /* A ring: message i began at began_ns[i % outstanding]. */
};

static const struct options *options;
static struct connection *connections;
static struct phase phase;
static bool large;
static struct page_cache messages; /* Where they are large. */
static int epoll_fd;

static void watch_for_room(struct connection *connection, bool wanted) {
  if (connection->waits_for_room == wanted) return;
  connection->waits_for_room = wanted;
  epoll_watch(epoll_fd, EPOLL_CTL_MOD, connection->fd, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN, connection);
}

static ssize_t send_some(const struct connection *connection) {
  size_t owed = connection->bytes_owed;
  if (large) return page_cache_send(&messages, connection->fd, connection->bytes_sent, owed);
  size_t length = owed < RECEIVE_BYTES ? owed : RECEIVE_BYTES;
  return send(connection->fd, pattern_at(connection->bytes_sent), length, MSG_NOSIGNAL | MSG_DONTWAIT);
}

static void send_owed(struct connection *connection) {
  while (connection->bytes_owed > 0) {
    ssize_t sent = send_some(connection);
    if (sent < 0 && errno == EAGAIN) break;
    if (sent < 0) fail("send");
    connection->bytes_sent += (uint64_t)sent;
    connection->bytes_owed -= (uint64_t)sent;
  }
  watch_for_room(connection, connection->bytes_owed > 0);
}

/* Begins messages until as many as wanted are under way; they go out together. */
static void top_up(struct connection *connection, uint64_t now) {
  uint64_t outstanding = (uint64_t)options->outstanding;
  while (connection->begun - connection->done < outstanding && phase_take(&phase, now)) {
    connection->began_ns[connection->begun++ % outstanding] = now;
    connection->bytes_owed += options->size;
  }
  send_owed(connection);
}

static void receive(struct connection *connection) {
  static char buffer[RECEIVE_BYTES];
  bool checked = !large || connection->done % CHECKED_EVERY == 0;
  ssize_t length = recv(connection->fd, buffer, sizeof buffer, MSG_DONTWAIT | (checked ? 0 : MSG_TRUNC));
  if (length < 0 && errno == EAGAIN) return;
  if (length < 0) fail("recv");
  if (length == 0) fail_because("the server closed a connection");
  if (connection->bytes_received + (uint64_t)length > connection->bytes_sent ||
      (checked && memcmp(buffer, pattern_at(connection->bytes_received), (size_t)length) != 0)) {
    fail_because("the server answered with something else than an echo");
  }
  connection->bytes_received += (uint64_t)length;
  uint64_t now = now_ns();
  while ((connection->done + 1) * options->size <= connection->bytes_received) {
    phase_done(&phase, now - connection->began_ns[connection->done++ % (uint64_t)options->outstanding]);
  }
  top_up(connection, now);
}

static void run_phase(struct phase begun) {
  struct epoll_event events[EVENTS_PER_WAIT];
  phase = begun;
  for (int i = 0; i < options->connections; i++) top_up(&connections[i], now_ns());
  while (phase.underway > 0) {
    int ready = epoll_wait(epoll_fd, events, EVENTS_PER_WAIT, -1);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; i++) {
      struct connection *connection = events[i].data.ptr;
      if (events[i].events & EPOLLOUT) send_owed(connection);
      if (events[i].events & ~(uint32_t)EPOLLOUT) receive(connection);
    }
  }
}

static void connect_all(void) {
  connections = calloc((size_t)options->connections, sizeof *connections);
  if (connections == NULL) fail("calloc");
  for (int i = 0; i < options->connections; i++) {
    struct connection *connection = &connections[i];
    connection->fd = connect_to(options->port);
    if (large && fcntl(connection->fd, F_SETFL, O_NONBLOCK) < 0) fail("fcntl");
    connection->began_ns = calloc((size_t)options->outstanding, sizeof *connection->began_ns);
    if (connection->began_ns == NULL) fail("calloc");
    epoll_watch(epoll_fd, EPOLL_CTL_ADD, connection->fd, EPOLLIN, connection);
  }
}

void run_echo(const struct options *given) {
  options = given;
  epoll_fd = epoll_make();
  raise_descriptor_limit(options->connections);
  large = options->size >= LARGE_BYTES;
  if (large) messages = page_cache_of(pattern_at(0), options->size, 1);
  connect_all();
  if (options->warmup_seconds > 0 || options->warmup_count > 0) {
    run_phase(phase_begin_warmup(options->warmup_seconds, options->warmup_count));
  }
  wait_for_go();
  run_phase(phase_begin(options->seconds, options->count));
  phase_report(&phase);
}
