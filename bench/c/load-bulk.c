/*
 * Modes bulk-in, bulk-out and bulk-both: streams without an end, to the server, from it, or to it and back.
 *
 * Facts it rests on
 *
 * - The load generator has to be faster than any server, or all servers look the same. So it copies nothing, see
 *   page_cache_of(): the copying into and out of user memory is done on the server's side only.
 * - What a server has done by the end of the time isn't known on this side: bytes lie in the kernel's buffers. So a
 *   phase goes on until the server has done all: it has closed after the end of our writing (bulk-in: so it has read
 *   everything; bulk-out: what it had sent has come), or the last byte has come back (bulk-both). All the bytes are
 *   counted, and so is the time.
 * - The first CHECKED_BYTES of each stream that comes are compared. Later ones are counted only.
 * - In bulk-both no more than WINDOW_BYTES are under way on a connection: an echo that doesn't look at how much is
 *   queued for sending would else be measured at how well it grows.
 *
 * Each phase has connections of its own, since ending the writing is part of it.
 */
#define _GNU_SOURCE
#include "load.h"
#include "piece.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum {
  PIECES_IN_STORE = 16, /* Few calls, and they stay in the processor's cache. */
  CHECKED_BYTES = 1024 * 1024,
  WINDOW_BYTES = 1024 * 1024,
};

struct stream {
  int fd;
  uint64_t sent;
  uint64_t received;
  bool waits_for_room; /* EPOLLOUT is being watched. */
  bool ended;
};

static const struct options *options;
static enum bulk_direction direction;
static struct stream *streams;
static int epoll_fd;
static struct page_cache store;
static char pieces[PIECE_BYTES + RECEIVE_BYTES];
static struct phase phase; /* An operation is a byte. */
static int open_streams;

static void watch_for_room(struct stream *stream, bool wanted) {
  if (stream->waits_for_room == wanted) return;
  stream->waits_for_room = wanted;
  epoll_watch(epoll_fd, EPOLL_CTL_MOD, stream->fd, wanted ? EPOLLIN | EPOLLOUT : EPOLLIN, stream);
}

/* How much may be sent now. */
static size_t room(const struct stream *stream) {
  return direction == BULK_BOTH ? WINDOW_BYTES - (stream->sent - stream->received) : WINDOW_BYTES;
}

/* Sends once; the others shall have their turn. */
static void send_some(struct stream *stream) {
  size_t length = room(stream);
  if (length > 0) {
    ssize_t sent = page_cache_send(&store, stream->fd, stream->sent, length);
    if (sent < 0 && errno != EAGAIN) fail("sendfile");
    if (sent > 0) stream->sent += (uint64_t)sent;
  }
  watch_for_room(stream, room(stream) > 0);
}

static void end(struct stream *stream) {
  close(stream->fd);
  open_streams--;
}

/* The time is over. */
static void end_writing(struct stream *stream) {
  stream->ended = true;
  watch_for_room(stream, false);
  if (direction != BULK_BOTH && shutdown(stream->fd, SHUT_WR) < 0) fail("shutdown");
  if (direction == BULK_BOTH && stream->received == stream->sent) end(stream);
}

static void receive(struct stream *stream) {
  static char buffer[RECEIVE_BYTES];
  bool checked = stream->received < CHECKED_BYTES;
  size_t length = checked ? sizeof buffer : CHECKED_BYTES;
  ssize_t received = recv(stream->fd, buffer, length, MSG_DONTWAIT | (checked ? 0 : MSG_TRUNC));
  if (received < 0 && errno == EAGAIN) return;
  if (received < 0) fail("recv");
  if (received == 0) {
    if (!stream->ended || direction == BULK_BOTH) fail_because("the server closed a connection");
    end(stream);
    return;
  }
  if (direction == BULK_IN) fail_because("the server sent something");
  if (checked && memcmp(buffer, pieces + stream->received % PIECE_BYTES, (size_t)received) != 0) {
    fail_because("the server sent something else than expected");
  }
  stream->received += (uint64_t)received;
  if (direction != BULK_BOTH) return;
  if (stream->received > stream->sent) fail_because("the server sent more than it got");
  if (!stream->ended) {
    watch_for_room(stream, room(stream) > 0);
  } else if (stream->received == stream->sent) {
    end(stream);
  }
}

static void begin(struct stream *stream) {
  *stream = (struct stream){.fd = connect_to(options->port), .waits_for_room = direction != BULK_OUT};
  if (fcntl(stream->fd, F_SETFL, O_NONBLOCK) < 0) fail("fcntl");
  epoll_watch(epoll_fd, EPOLL_CTL_ADD, stream->fd, direction == BULK_OUT ? EPOLLIN : EPOLLIN | EPOLLOUT, stream);
  open_streams++;
}

/* Until the deadline. */
static int ms_left(void) {
  uint64_t now = now_ns();
  return now >= phase.deadline_ns ? 0 : (int)((phase.deadline_ns - now + 999999) / 1000000);
}

static void run_events(int wait_ms) {
  struct epoll_event events[EVENTS_PER_WAIT];
  int ready = epoll_wait(epoll_fd, events, EVENTS_PER_WAIT, wait_ms);
  if (ready < 0 && errno != EINTR) fail("epoll_wait");
  for (int i = 0; i < ready; i++) {
    struct stream *stream = events[i].data.ptr;
    if ((events[i].events & EPOLLOUT) != 0) send_some(stream);
    if ((events[i].events & ~(uint32_t)EPOLLOUT) != 0) receive(stream);
  }
}

static void run_phase(double seconds) {
  phase = phase_begin(seconds, 0);
  for (int i = 0; i < options->connections; i++) begin(&streams[i]);
  while (now_ns() < phase.deadline_ns) run_events(ms_left());
  for (int i = 0; i < options->connections; i++) end_writing(&streams[i]);
  while (open_streams > 0) run_events(-1);
  for (int i = 0; i < options->connections; i++) {
    phase.done += (long)(direction == BULK_OUT ? streams[i].received : streams[i].sent);
  }
}

void run_bulk(const struct options *given, enum bulk_direction given_direction) {
  options = given;
  direction = given_direction;
  if (options->seconds <= 0) fail_because("the modes of bulk need --seconds");
  epoll_fd = epoll_make();
  raise_descriptor_limit(options->connections);
  streams = calloc((size_t)options->connections, sizeof *streams);
  if (streams == NULL) fail("calloc");
  for (size_t i = 0; i < sizeof pieces; i++) pieces[i] = piece_byte(i);
  store = page_cache_of(pieces, PIECE_BYTES, PIECES_IN_STORE);
  if (options->warmup_seconds > 0) run_phase(options->warmup_seconds);
  wait_for_go();
  run_phase(options->seconds);
  phase_report(&phase);
}
