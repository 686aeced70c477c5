/** A fault put into the source on purpose, which the tests have to notice. */
export interface Mutant {
  /** What goes wrong. */
  readonly what: string;
  readonly file: string;
  /** Stands in the file exactly once. */
  readonly from: string;
  readonly to: string;
}

export const mutants: readonly Mutant[] = [
  {
    what: 'the reservation is not taken back when a shedding is over',
    file: 'src/tcp/file-descriptor-reservation.ts',
    from: '    try {\n      this.reserve();\n    } catch (error) {\n      this.#tellLoss(',
    to: '    try {\n      void 0;\n    } catch (error) {\n      this.#tellLoss(',
  },
  {
    what: 'a lost reservation is never tried for again',
    file: 'src/tcp/accept-loop.ts',
    from: '      if (this.#port.listening) this.#spareless.begin();',
    to: '',
  },
  {
    what: 'a turn accepts however long it takes',
    file: 'src/tcp/accept-loop.ts',
    from: '      if (tries % ACCEPTS_PER_CLOCK === 0 && this.#context.turn.expired()) return;\n',
    to: '',
  },
  {
    what: 'a port that accepts again goes on resting for longer and longer',
    file: 'src/tcp/accept-loop.ts',
    from: '    this.#pause.succeeded();\n    this.#unknownTold',
    to: '    this.#unknownTold',
  },
  {
    what: 'the reactor keeps every connector that was ever connected',
    file: 'src/tcp/connector.ts',
    from: '    this.#context.onDisconnectAll.delete(this.#giveUp);\n',
    to: '',
  },
  {
    what: 'a disconnect() from before an attempt ends its connection',
    file: 'src/tcp/connector.ts',
    from: "    this.#state = 'connected';\n    this.#unwanted = false;",
    to: "    this.#state = 'connected';",
  },
  {
    what: 'a connector that begins anew while the reactor closes hears nothing',
    file: 'src/reactor/reactor.ts',
    from: 'so this is the last of it.\n    this.#giveUp();',
    to: 'so this is the last of it.',
  },
  {
    what: 'a connection whose producer closes the reactor lingers on it',
    file: 'src/tcp/readiness-driver.ts',
    from: '    if (this.#fd < 0) return;\n    const { lingerMs }',
    to: '    const { lingerMs }',
  },
  {
    what: 'an aborted connection says that all was sent',
    file: 'src/tcp/consumer.ts',
    from: 'if (this.queue.bytes === 0 && this.live) return',
    to: 'if (this.queue.bytes === 0) return',
  },
  {
    what: 'a factory that builds nothing leaves the connection open',
    file: 'src/tcp/protocol-calls.ts',
    from: "typeof protocol?.makeConnection === 'function'",
    to: 'protocol !== null',
  },
  {
    what: 'a transferred buffer makes the send throw',
    file: 'src/tcp/send-queue.ts',
    from: '  if (length !== queue.bytes) return -errno.EFAULT;\n  if (offset !== 0',
    to: '  if (offset !== 0',
  },
  {
    what: 'a port whose reactor is closed in doStart listens to its abort signal',
    file: 'src/tcp/port.ts',
    from: '    if (this.#fd < 0) return;\n    this.watch();',
    to: '    this.watch();',
  },
  {
    what: 'a client that is shed is left open',
    file: 'src/tcp/shed-clients.ts',
    from: '  libc.close(fd);\n  peers.push(peer);',
    to: '  peers.push(peer);',
  },
  {
    what: 'listeners are told of a shedding before the spare descriptor is back',
    file: 'src/tcp/accept-loop.ts',
    from: '    const listeningFd = this.#port.fileno();',
    to: '    const listeningFd = this.#port.fileno();\n    this.#exhaustion.paused(errno.EMFILE, 0);',
  },
  {
    what: 'ENOBUFS from accept makes the port spin',
    file: 'src/tcp/accept-verdict.ts',
    from: "  [errno.ENOBUFS, 'wait'],",
    to: "  [errno.ENOBUFS, 'empty'],",
  },
  {
    what: 'EPERM from accept ends the batch',
    file: 'src/tcp/accept-verdict.ts',
    from: "  [errno.EPERM, 'skip'],",
    to: "  [errno.EPERM, 'empty'],",
  },
  {
    what: 'a paused port never accepts again',
    file: 'src/tcp/accept-pause.ts',
    from: '    this.end();\n    this.#resume();',
    to: '    this.end();',
  },
  {
    what: 'a paused port does not notice that a descriptor came free',
    file: 'src/tcp/accept-pause.ts',
    from: 'this.#timer?.reset(0)',
    to: 'undefined',
  },
  {
    what: 'a descriptor leaks when buildProtocol throws',
    file: 'src/tcp/port.ts',
    from: '      counters.failed += 1;\n      this.#context.libc.close(fd);',
    to: '      counters.failed += 1;',
  },
  {
    what: 'a descriptor leaks when buildProtocol refuses',
    file: 'src/tcp/port.ts',
    from: '        counters.refused += 1;\n        this.#context.libc.close(fd);',
    to: '        counters.refused += 1;',
  },
  {
    what: 'stopListening() leaves the socket open',
    file: 'src/tcp/port.ts',
    from: '    if (!lostNumber) this.#context.libc.close(fd);',
    to: '    if (lostNumber) this.#context.libc.close(fd);',
  },
  {
    what: 'close is called again after EINTR',
    file: 'src/libc/foreign-libc.ts',
    from: '    const result = this.#answer(this.#call.close(fd));\n',
    to: '    let result = this.#answer(this.#call.close(fd));\n    if (result === -errno.EINTR) result = this.#answer(this.#call.close(fd));\n',
  },
  {
    what: 'the end of a peer is not watched for while reading is paused',
    file: 'src/reactor/registration.ts',
    from: '(watchEnd ? EPOLLRDHUP : 0)',
    to: '(watchEnd ? 0 : 0)',
  },
  {
    what: 'a hang-up is told again and again',
    file: 'src/reactor/registration.ts',
    from: ' && this.hungUp === undefined;',
    to: ';',
  },
  {
    what: 'an event of a closed descriptor reaches the next one with its number',
    file: 'src/reactor/registrations.ts',
    from: 'return registration?.generation === generation ? registration : undefined;',
    to: 'return registration === undefined || generation === undefined ? undefined : registration;',
  },
  {
    what: 'an adopted port that is over stays in the epoll set',
    file: 'src/tcp/port.ts',
    from: 'forget(this, { shared: this.#shared });',
    to: 'forget(this);',
  },
  {
    what: 'a byte is lost on a short write',
    file: 'src/tcp/write-queue.ts',
    from: '    this.#offset += count;',
    to: '    this.#offset += count + 1;',
  },
  {
    what: 'EPOLLOUT stays armed when all is sent',
    file: 'src/tcp/readiness-driver.ts',
    from: '    this.context.fds.removeWriter(this);\n',
    to: '',
  },
  {
    what: 'protocols get a view of memory that is written again',
    file: 'src/tcp/readiness-driver.ts',
    from: '      feed.dataReceived(data);',
    to: '      feed.dataReceived(slab.subarray(0, data.length));',
  },
  {
    what: 'EAGAIN from recv loses the connection',
    file: 'src/tcp/readiness-driver.ts',
    from: 'if (result === -errno.EAGAIN || result === -errno.EINTR) return;',
    to: 'if (result === -errno.EINTR) return;',
  },
  {
    what: 'ENOBUFS from send is never tried again',
    file: 'src/tcp/readiness-driver.ts',
    from: '          this.#marks &= ~BLOCKED;\n          this.startWriting();',
    to: '',
  },
  {
    what: 'connectionLost comes twice',
    file: 'src/tcp/connection.ts',
    from: '    tellConnectionLost(protocol, reason);',
    to: '    tellConnectionLost(protocol, reason);\n    tellConnectionLost(protocol, reason);',
  },
  {
    what: 'abortConnection() ends inside the call',
    file: 'src/tcp/connection.ts',
    from: "    driver.later(() => this.finish(new Failure(reason()), 'with reset'));",
    to: "    this.finish(new Failure(reason()), 'with reset');",
  },
  {
    what: 'a pauseProducing() in connectionMade is undone',
    file: 'src/tcp/connection.ts',
    from: "    driver.startReading();\n    try {\n      this.follow(protocol.makeConnection(this), 'connectionMade');",
    to: "    try {\n      this.follow(protocol.makeConnection(this), 'connectionMade');\n      driver.startReading();",
  },
  {
    what: 'loseConnection() does not wait for what is queued',
    file: 'src/tcp/connection.ts',
    from: '    this.#driver?.stopReading();\n    this.#driver?.startWriting();\n  }\n\n  loseWriteConnection',
    to: "    this.finish(done, 'at once');\n  }\n\n  loseWriteConnection",
  },
  {
    what: 'unregisterProducer() does not let a closing connection end',
    file: 'src/tcp/consumer.ts',
    from: '    if (this.finishing) this.startWriting();',
    to: '',
  },
  {
    what: 'a socket is closed before the peer has read all',
    file: 'src/tcp/readiness-driver.ts',
    from: 'if (queue.bytes === 0 && (peerEnded || lingerMs === 0))',
    to: 'if (queue.bytes === 0 || lingerMs === 0)',
  },
  {
    what: 'what a lingering close cuts off looks like an end in order',
    file: 'src/tcp/lingering-close.ts',
    from: 'this.#driver.closeAtOnce(this.queue.bytes > 0);',
    to: 'this.#driver.closeAtOnce(false);',
  },
  {
    what: 'timers of equal time come in any order',
    file: 'src/time/call-heap.ts',
    from: 'if (childTime === time && child.order > entry.order) break;',
    to: 'if (childTime === time) break;',
  },
  {
    what: 'the host loop is not told that the last timer was cancelled',
    file: 'src/time/timer-queue.ts',
    from: '    if (this.#size === 0) this.#onEmpty?.();\n',
    to: '',
  },
  {
    what: 'of those who wait for a descriptor to come free only one is told',
    file: 'src/libc/descriptor-accounting.ts',
    from: 'if (this.#waiting.delete(request)) request.freed();',
    to: 'if (this.#waiting.delete(request)) return request.freed();',
  },
  {
    what: 'callFromThread() does not wake the loop',
    file: 'src/reactor/loop.ts',
    from: '    this.#calls.push(call);\n    this.#host.requestTurn();',
    to: '    this.#calls.push(call);',
  },
  {
    what: 'a refused connection counts as made',
    file: 'src/tcp/connect-attempt.ts',
    from: '    if (pending === 0) this.#succeed();',
    to: '    if (pending >= 0) this.#succeed();',
  },
];
