/*
 * A server that sends pieces as fast as its clients take them, until they end their writing. Byte i of a piece is
 * piece_byte(i). It speaks as server.h says.
 */
#include "piece.h"
#include "server.h"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

/* Two pieces on end: from wherever the kernel stopped in the first, a whole one's length is there to be sent. */
static char pieces[2 * PIECE_BYTES];
static size_t *offset_of; /* In the piece, by descriptor. */

static void end(int fd) {
  offset_of[fd] = 0;
  close(fd);
}

static void ready(int fd, uint32_t events) {
  char byte;
  if ((events & ~(uint32_t)EPOLLOUT) != 0 && recv(fd, &byte, 1, 0) <= 0) {
    end(fd);
    return;
  }
  ssize_t sent = send_some(fd, pieces + offset_of[fd], PIECE_BYTES);
  if (sent < 0) {
    end(fd);
  } else {
    offset_of[fd] = (offset_of[fd] + (size_t)sent) % PIECE_BYTES;
  }
}

int main(void) {
  offset_of = client_array(sizeof *offset_of);
  for (size_t i = 0; i < sizeof pieces; i++) pieces[i] = piece_byte(i);
  serve(&(struct server){.name = "epoll-source", .events = EPOLLIN | EPOLLOUT, .ready = ready});
}
