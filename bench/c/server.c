/* Listening, accepting, and the conversation with the harness: see server.h. */
#define _GNU_SOURCE
#include "server.h"

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
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
  BACKLOG = 4096,         /* The kernel cuts it to net.core.somaxconn. */
  EVENTS_PER_WAIT = 1024, /* As many as libuv takes. */
};

static const struct server *served;
static int epoll_fd;

void die(const char *what) {
  fprintf(stderr, "%s: %s: %s\n", served == NULL ? "server" : served->name, what, strerror(errno));
  exit(1);
}

/* Raises the soft limit of descriptors to the hard one, as Node.js does for itself; answers that limit. */
static rlim_t raise_descriptor_limit(void) {
  struct rlimit limit;
  if (getrlimit(RLIMIT_NOFILE, &limit) < 0) die("getrlimit");
  limit.rlim_cur = limit.rlim_max;
  if (setrlimit(RLIMIT_NOFILE, &limit) < 0) die("setrlimit");
  return limit.rlim_cur;
}

void *client_array(size_t size) {
  void *array = calloc(raise_descriptor_limit(), size);
  if (array == NULL) die("calloc");
  return array;
}

void watch(int operation, int fd, uint32_t events) {
  struct epoll_event event = {.events = events, .data.fd = fd};
  if (epoll_ctl(epoll_fd, operation, fd, &event) < 0) die("epoll_ctl");
}

ssize_t send_some(int fd, const char *bytes, size_t length) {
  ssize_t sent = send(fd, bytes, length, MSG_NOSIGNAL);
  if (sent >= 0) return sent;
  return errno == EAGAIN || errno == EINTR ? 0 : -1;
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
      watch(EPOLL_CTL_ADD, fd, served->events);
    } else if (errno == EAGAIN) {
      return;
    } else if (errno != EINTR && errno != ECONNABORTED) {
      die("accept4");
    }
  }
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

static void tell_usage(void) {
  struct rusage usage;
  if (getrusage(RUSAGE_SELF, &usage) < 0) die("getrusage");
  /* There is no collected heap to tell the size of. */
  printf("{\"userUs\":%lld,\"systemUs\":%lld,\"rss\":%ld,\"heap\":0", microseconds(usage.ru_utime),
         microseconds(usage.ru_stime), resident_bytes());
  if (served->bytes_read != NULL) printf(",\"bytesRead\":%llu", (unsigned long long)*served->bytes_read);
  printf("}\n");
}

static void answer(const char *request) {
  if (strcmp(request, "usage") == 0) {
    tell_usage();
  } else if (strcmp(request, "gc") == 0) {
#ifdef __GLIBC__
    malloc_trim(0);
#endif
    printf("{}\n");
  } else {
    fprintf(stderr, "%s: unknown request %s\n", served->name, request);
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
  } else {
    served->ready(fd, event->events);
  }
}

void serve(const struct server *server) {
  static struct epoll_event events[EVENTS_PER_WAIT];
  served = server;
  raise_descriptor_limit();
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
