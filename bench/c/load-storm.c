/*
 * Mode storm: more clients than the server has descriptors for, all at once.
 *
 * Each client connects, sends a message, and is answered: it gets its echo (served), or the connection ends without it
 * (told). Who is still waiting when the time is over hangs: as far as he can tell he is connected, or about to be,
 * and there is nobody at the other end. Connecting mustn't block here: where the server's backlog is full the kernel drops
 * the attempt and tries again after 1 s, 3 s, 7 s.
 *
 * The conversation goes on where that of the other modes ends. All clients stay, and those who are told are gone, until the line
 * "leave" comes: then they close, and one new client after the other comes until one of them is served. It prints how
 * long that took from the last close on.
 */
#define _GNU_SOURCE
#include "load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

enum state { CONNECTING, WAITING, SERVED, TOLD };

struct client {
  int fd;
  enum state state;
  size_t received;
};

static const struct options *options;
static int epoll_fd;
static long answered;
static uint64_t last_answer_ns;

static void begin(struct client *client) {
  *client = (struct client){.fd = connect_begin(options->port), .state = CONNECTING};
  epoll_watch(epoll_fd, EPOLL_CTL_ADD, client->fd, EPOLLOUT, client);
}

static void settle(struct client *client, enum state state) {
  client->state = state;
  answered++;
  last_answer_ns = now_ns();
  epoll_watch(epoll_fd, EPOLL_CTL_DEL, client->fd, 0, NULL);
  if (state == TOLD) close(client->fd);
}

static void ask(struct client *client) {
  ssize_t sent = send(client->fd, pattern_at(0), options->size, MSG_NOSIGNAL | MSG_DONTWAIT);
  if (sent < 0) {
    /* Refused, reset or ended: whichever it was, the client has been told. */
    settle(client, TOLD);
    return;
  }
  if (sent != (ssize_t)options->size) fail_because("a message didn't fit into a fresh connection");
  client->state = WAITING;
  epoll_watch(epoll_fd, EPOLL_CTL_MOD, client->fd, EPOLLIN, client);
}

static void receive(struct client *client) {
  char buffer[RECEIVE_BYTES];
  ssize_t length = recv(client->fd, buffer, sizeof buffer, MSG_DONTWAIT);
  if (length < 0 && errno == EAGAIN) return;
  if (length <= 0) {
    settle(client, TOLD);
    return;
  }
  if (client->received + (size_t)length > options->size ||
      memcmp(buffer, pattern_at(client->received), (size_t)length) != 0) {
    fail_because("the server answered with something else than an echo");
  }
  client->received += (size_t)length;
  if (client->received == options->size) settle(client, SERVED);
}

/* Until so many are answered in all, or the time is over. */
static void run_until(long wanted, uint64_t deadline_ns) {
  struct epoll_event events[EVENTS_PER_WAIT];
  for (uint64_t now = now_ns(); answered < wanted && now < deadline_ns; now = now_ns()) {
    int left_ms = (int)((deadline_ns - now) / 1000000u) + 1;
    int ready = epoll_wait(epoll_fd, events, EVENTS_PER_WAIT, left_ms);
    if (ready < 0 && errno != EINTR) fail("epoll_wait");
    for (int i = 0; i < ready; i++) {
      struct client *client = events[i].data.ptr;
      if (client->state == CONNECTING) {
        ask(client);
      } else {
        receive(client);
      }
    }
  }
}

static uint64_t deadline_from(uint64_t now) {
  return now + (uint64_t)(options->seconds * 1e9);
}

static void flood(struct client *clients) {
  uint64_t began = now_ns();
  long served = 0;
  long told = 0;
  for (long i = 0; i < options->count; i++) begin(&clients[i]);
  run_until(options->count, deadline_from(began));
  for (long i = 0; i < options->count; i++) {
    served += clients[i].state == SERVED;
    told += clients[i].state == TOLD;
  }
  long hung = options->count - answered;
  double ms = hung > 0 ? options->seconds * 1e3 : (double)(last_answer_ns - began) / 1e6;
  printf("{\"served\":%ld,\"told\":%ld,\"hung\":%ld,\"answeredMs\":%.3f}\n", served, told, hung, ms);
  fflush(stdout);
}

static void leave(struct client *clients) {
  for (long i = 0; i < options->count; i++) {
    if (clients[i].state != TOLD) close(clients[i].fd);
  }
}

/* A new client, again and again until one is served; each try ends with an answer or with the time. */
static void recover(void) {
  static struct client client;
  uint64_t began = now_ns();
  uint64_t deadline = deadline_from(began);
  long tries = 0;
  do {
    begin(&client);
    run_until(answered + 1, deadline);
    tries++;
  } while (client.state == TOLD && now_ns() < deadline);
  double ms = client.state == SERVED ? (double)(now_ns() - began) / 1e6 : options->seconds * 1e3;
  printf("{\"recovered\":%d,\"tries\":%ld,\"recoveryMs\":%.3f}\n", client.state == SERVED, tries, ms);
  fflush(stdout);
}

void run_storm(const struct options *given) {
  options = given;
  if (given->count <= 0 || given->seconds <= 0) fail_because("mode storm needs --count and --seconds");
  raise_descriptor_limit(given->count);
  epoll_fd = epoll_make();
  struct client *clients = calloc((size_t)given->count, sizeof *clients);
  if (clients == NULL) fail("calloc");
  wait_for_go();
  flood(clients);
  wait_for_line("leave");
  leave(clients);
  recover();
}
