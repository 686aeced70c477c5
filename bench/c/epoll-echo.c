/*
 * The floor to measure against: a plain echo server. It speaks as server.h says.
 *
 * One recv and one send per readable event. What the kernel doesn't take is kept, and reading from that
 * client waits until it is sent, so that a client that only writes can't make the server grow without bound.
 */
#include "server.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* What the kernel hasn't taken yet of a client's echo; `bytes` is NULL nearly always. */
struct unsent {
  char *bytes;
  size_t length;
  size_t offset;
};

static struct unsent *unsent_of; /* By descriptor. */

static void drop_client(int fd) {
  free(unsent_of[fd].bytes);
  unsent_of[fd] = (struct unsent){0};
  close(fd);
}

static void keep_unsent(int fd, const char *bytes, size_t length) {
  struct unsent *rest = &unsent_of[fd];
  rest->bytes = malloc(length);
  if (rest->bytes == NULL) die("malloc");
  memcpy(rest->bytes, bytes, length);
  rest->length = length;
  rest->offset = 0;
  watch(EPOLL_CTL_MOD, fd, EPOLLOUT);
}

static void echo(int fd) {
  static char buffer[RECEIVE_BYTES];
  ssize_t received = recv(fd, buffer, sizeof buffer, 0);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (received <= 0) {
    drop_client(fd);
    return;
  }
  ssize_t sent = send_some(fd, buffer, (size_t)received);
  if (sent < 0) {
    drop_client(fd);
  } else if (sent < received) {
    keep_unsent(fd, buffer + sent, (size_t)(received - sent));
  }
}

static void send_rest(int fd) {
  struct unsent *rest = &unsent_of[fd];
  ssize_t sent = send_some(fd, rest->bytes + rest->offset, rest->length - rest->offset);
  if (sent < 0) {
    drop_client(fd);
    return;
  }
  rest->offset += (size_t)sent;
  if (rest->offset < rest->length) return;
  free(rest->bytes);
  *rest = (struct unsent){0};
  watch(EPOLL_CTL_MOD, fd, EPOLLIN);
}

static void ready(int fd, uint32_t events) {
  (void)events; /* One kind of event is watched at a time. */
  if (unsent_of[fd].bytes != NULL) {
    send_rest(fd);
  } else {
    echo(fd);
  }
}

int main(void) {
  unsent_of = client_array(sizeof *unsent_of);
  serve(&(struct server){.name = "epoll-echo", .events = EPOLLIN, .ready = ready});
}
