/*
 * The floor to measure against: a plain echo server, one thread, level-triggered epoll, no tricks.
 *
 * It prints "port N" and then answers requests on its standard input, one JSON line each (see ../README.md):
 * "usage" tells CPU time and resident memory, "gc" gives free memory back to the kernel. It ends when its
 * standard input does.
 *
 * One recv and one send per readable event. What the kernel doesn't take is kept, and reading from that
 * client waits until it is sent, so that a client that only writes can't make the server grow without bound.
 */
#define _GNU_SOURCE
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>
#ifdef __GLIBC__
#include <malloc.h>
#endif

enum {
  BACKLOG = 4096,            /* The kernel cuts it to net.core.somaxconn. */
  EVENTS_PER_WAIT = 1024,    /* As many as libuv takes. */
  RECEIVE_BYTES = 64 * 1024, /* As much as node:net offers to a read. */
};

/* What the kernel hasn't taken yet of a client's echo; `bytes` is NULL nearly always. */
struct unsent {
  char *bytes;
  size_t length;
  size_t offset;
};

static int epoll_fd;
static struct unsent *unsent_of; /* By descriptor. */

static void die(const char *what) {
  fprintf(stderr, "epoll-echo: %s: %s\n", what, strerror(errno));
  exit(1);
}

static void watch(int operation, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(epoll_fd, operation, fd, &event) < 0) die("epoll_ctl");
}

/* Raises the soft limit of descriptors to the hard one, as Node.js does for itself; answers that limit. */
static rlim_t raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) die("setrlimit");
  return limit.rlim_cur;
}

static int listen_on_loopback(void) {
  int fd = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
  socklen_t length = sizeof address;
  if (fd < 0) die("socket");
  if (bind(fd, (struct sockaddr *)&address, length) < 0) die("bind");
  if (listen(fd, BACKLOG) < 0) die("listen");
  if (getsockname(fd, (struct sockaddr *)&address, &length) < 0) die("getsockname");
  printf("port %d\n", ntohs(address.sin_port));
  fflush(stdout);
  return fd;
}

static void accept_clients(int listener) {
  for (;;) {
    int fd = accept4(listener, NULL, NULL, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (fd >= 0) {
      watch(EPOLL_CTL_ADD, fd, EPOLLIN);
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      die("accept4");
    }
  }
}

static void drop_client(int fd) {
  free(unsent_of[fd].bytes);
  unsent_of[fd] = (struct unsent){0};
  close(fd);
}

/* Sends what it can; answers how much that was, or -1 if the client is gone. */
static ssize_t send_some(int fd, const char *bytes, size_t length) {
  ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
  if (sent >= 0) return sent;
  return errno == EAGAIN || errno == EINTR ? 0 : -1;
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

static long long microseconds(struct timeval time) {
  return (long long)time.tv_sec * 1000000 + time.tv_usec;
}

static long resident_bytes(void) {
  long pages = 0;
  FILE *file = fopen("/proc/self/statm", "re");
  if (file == NULL || fscanf(file, "%*s %ld", &pages) != 1) die("/proc/self/statm");
  fclose(file);
  return pages * sysconf(_SC_PAGESIZE);
}

static void answer(const char *request) {
  if (strcmp(request, "usage") == 0) {
    struct rusage usage;
    if (getrusage(RUSAGE_SELF, &usage) < 0) die("getrusage");
    /* There is no collected heap to tell the size of. */
    printf("{\"userUs\":%lld,\"systemUs\":%lld,\"rss\":%ld,\"heap\":0}\n", microseconds(usage.ru_utime),
           microseconds(usage.ru_stime), resident_bytes());
  } else if (strcmp(request, "gc") == 0) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    printf("{}\n");
  } else {
    fprintf(stderr, "epoll-echo: unknown request %s\n", request);
    exit(1);
  }
  fflush(stdout);
}

/* Collects the bytes of standard input into lines and answers each. */
static void read_requests(void) {
  static char line[64];
  static size_t length;
  char bytes[64];
  ssize_t received = read(STDIN_FILENO, bytes, sizeof bytes);
  if (received <= 0) exit(0);
  for (ssize_t i = 0; i < received; i++) {
    if (bytes[i] == '\n') {
      line[length] = '\0';
      length = 0;
      answer(line);
    } else if (length < sizeof line - 1) {
      line[length++] = bytes[i];
    }
  }
}

static void handle(const struct epoll_event *event, int listener) {
  int fd = event->data.fd;
  if (fd == listener) {
    accept_clients(listener);
  } else if (fd == STDIN_FILENO) {
    read_requests();
  } else if (unsent_of[fd].bytes != NULL) {
    send_rest(fd);
  } else {
    echo(fd);
  }
}

int main(void) {
  static struct epoll_event events[EVENTS_PER_WAIT];
  unsent_of = calloc(raise_descriptor_limit(), sizeof *unsent_of);
  if (unsent_of == NULL) die("calloc");
  epoll_fd = epoll_create1(EPOLL_CLOEXEC);
  if (epoll_fd < 0) die("epoll_create1");
  int listener = listen_on_loopback();
  watch(EPOLL_CTL_ADD, listener, EPOLLIN);
  watch(EPOLL_CTL_ADD, STDIN_FILENO, EPOLLIN);
  for (;;) {
    int ready = epoll_wait(epoll_fd, events, EVENTS_PER_WAIT, -1);
    if (ready < 0 && errno != EINTR) die("epoll_wait");
    for (int i = 0; i < ready; i++) handle(&events[i], listener);
  }
}
