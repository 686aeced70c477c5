/*
 * The load generator.
 *
 *   load echo    --port N [--connections 64] [--size 64] [--outstanding 1] [--lines] (--seconds S | --count N)
 *   load connect --port N [--connections 64] [--size 64] (--seconds S | --count N)
 *   load idle    --port N [--connections 64] [--size 64] --count N
 *   load bulk-in | bulk-out | bulk-both  --port N [--connections 64] --seconds S
 *   and for all of them [--warmup-seconds S] [--warmup-count N]: until both are reached
 *   load storm   --port N [--size 64] --count N --seconds S
 *
 * echo: connections that stay, `outstanding` messages under way on each; an operation is a message and its
 * echo; with --lines each message is a line that ends with CR LF. connect: an operation is to connect, send a message,
 * read its echo, end the writing and wait for the server's end; `connections` of them are under way. idle: an operation
 * is to connect, send a message and read its echo; the connection stays open. bulk: as many bytes as go through
 * `connections`, to a server that reads them, from one that sends, or to one that echoes and back; an operation is a
 * byte, and how long one took isn't told (0). storm: `count` clients at once, more than the server can serve, and how they are answered within
 * `seconds`; its conversation is in load-storm.c.
 *
 * The conversation: it connects and warms the server up, prints "ready", waits for the line "go" on standard
 * input, runs the measured phase and prints one line of JSON (operations, seconds, idle: the share of the time
 * in which this process had nothing to do, p50Us, p99Us: the time an operation took, in microseconds). It keeps what is open open until its standard input ends, so that
 * whoever reads the server's figures after the JSON line reads them without the closing. Every byte that
 * comes back is compared (but see load-bulk.c); whatever goes wrong ends it with a sentence and a non-zero status.
 */
#include "load.h"

#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct options parse(int argc, char **argv) {
  static const struct option names[] = {
      {"port", required_argument, NULL, 'p'},           {"connections", required_argument, NULL, 'c'},
      {"size", required_argument, NULL, 'b'},           {"outstanding", required_argument, NULL, 'k'},
      {"seconds", required_argument, NULL, 's'},        {"count", required_argument, NULL, 'n'},
      {"warmup-seconds", required_argument, NULL, 'w'}, {"warmup-count", required_argument, NULL, 'm'},
      {"lines", no_argument, NULL, 'l'},                {NULL, 0, NULL, 0},
  };
  struct options options = {.connections = 64, .size = 64, .outstanding = 1};
  for (int name; (name = getopt_long(argc, argv, "", names, NULL)) != -1;) {
    switch (name) {
      case 'p': options.port = atoi(optarg); break;
      case 'c': options.connections = atoi(optarg); break;
      case 'b': options.size = (size_t)atol(optarg); break;
      case 'k': options.outstanding = atoi(optarg); break;
      case 'l': options.lines = true; break;
      case 's': options.seconds = atof(optarg); break;
      case 'n': options.count = atol(optarg); break;
      case 'w': options.warmup_seconds = atof(optarg); break;
      case 'm': options.warmup_count = atol(optarg); break;
      default: exit(2);
    }
  }
  return options;
}

static void check(const struct options *options) {
  if (options->port < 1 || options->port > 65535) fail_because("--port must be 1 to 65535");
  if (options->connections < 1) fail_because("--connections must be at least 1");
  if (options->size < 1) fail_because("--size must be at least 1");
  if (options->lines && options->size < 2) fail_because("--size must be at least 2 for lines");
  if (options->outstanding < 1) fail_because("--outstanding must be at least 1");
  if (options->seconds <= 0 && options->count <= 0) fail_because("--seconds or --count must be given");
}

int main(int argc, char **argv) {
  const char *mode = argc > 1 ? argv[1] : "";
  struct options options = parse(argc, argv);
  check(&options);
  pattern_make(options.size, options.lines);
  if (strcmp(mode, "echo") == 0) {
    run_echo(&options);
  } else if (strcmp(mode, "connect") == 0) {
    run_connect(&options);
  } else if (strcmp(mode, "idle") == 0) {
    run_idle(&options);
  } else if (strcmp(mode, "storm") == 0) {
    run_storm(&options);
  } else if (strcmp(mode, "bulk-in") == 0) {
    run_bulk(&options, BULK_IN);
  } else if (strcmp(mode, "bulk-out") == 0) {
    run_bulk(&options, BULK_OUT);
  } else if (strcmp(mode, "bulk-both") == 0) {
    run_bulk(&options, BULK_BOTH);
  } else {
    fail_because("the mode must be echo, connect, idle, storm, bulk-in, bulk-out or bulk-both");
  }
  wait_for_end();
  return 0;
}
