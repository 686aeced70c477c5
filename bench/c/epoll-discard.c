/* A server that counts the bytes it gets and throws them away. It speaks as server.h says. */
#include "server.h"

#include <errno.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

static uint64_t bytes_read;

static void ready(int fd, uint32_t events) {
  static char buffer[RECEIVE_BYTES];
  (void)events;
  ssize_t received = recv(fd, buffer, sizeof buffer, 0);
  if (received < 0 && (errno == EAGAIN || errno == EINTR)) return;
  if (received <= 0) {
    close(fd);
  } else {
    bytes_read += (uint64_t)received;
  }
}

int main(void) {
  serve(&(struct server){.name = "epoll-discard", .events = EPOLLIN, .ready = ready, .bytes_read = &bytes_read});
}
