import { IPv4Address } from '../../src/address/index.js';
import { Deferred, maybeDeferred } from '../../src/defer/index.js';
import { ConnectingCancelledError } from '../../src/errors/index.js';
import type {
  IListeningPort,
  IProtocol,
  IProtocolFactory,
  IStreamClientEndpoint,
  IStreamServerEndpoint,
} from '../../src/interfaces/index.js';
import { FakeTransport } from './fake-transport.js';

const ADDRESS = new IPv4Address('TCP', '127.0.0.1', 8007);

/** A port that is closed when the test fires `closed`; it has fired already unless the test sets another. */
export class FakePort implements IListeningPort {
  stops = 0;
  closed: Deferred<void> | undefined;

  constructor(readonly factory: IProtocolFactory) {}

  startListening(): void {}

  stopListening(): Deferred<void> {
    this.stops += 1;
    return this.closed ?? maybeDeferred(() => undefined);
  }

  getHost(): IPv4Address {
    return ADDRESS;
  }

  /** A client comes. */
  accept(): FakeTransport {
    const transport = new FakeTransport();
    const protocol = this.factory.buildProtocol(ADDRESS);
    if (protocol !== null) transport.connect(protocol);
    return transport;
  }
}

/** Listens at once, or when and as the test says. */
export class FakeServerEndpoint implements IStreamServerEndpoint {
  readonly factories: IProtocolFactory[] = [];
  readonly ports: FakePort[] = [];
  cancellations = 0;
  /** What `listen` answers; it makes a port at once unless it is set. */
  answer: (() => Deferred<IListeningPort>) | undefined;

  listen(factory: IProtocolFactory): Deferred<IListeningPort> {
    this.factories.push(factory);
    return this.answer?.() ?? maybeDeferred(() => this.makePort());
  }

  /** Makes `listen` answer with this Deferred from now on. */
  answerLater(): Deferred<IListeningPort> {
    const later = new Deferred<IListeningPort>(() => void (this.cancellations += 1));
    this.answer = () => later;
    return later;
  }

  makePort(): FakePort {
    const port = new FakePort(this.factories.at(-1)!);
    this.ports.push(port);
    return port;
  }
}

/** One call of `connect`. */
export class FakeAttempt<P extends IProtocol = IProtocol> {
  readonly transport = new FakeTransport();
  cancelled = false;
  readonly connected = new Deferred<P>(() => {
    this.cancelled = true;
    if (this.cancels) this.connected.errback(new ConnectingCancelledError(ADDRESS));
  });
  /** What it built: the protocol that a reactor would call. */
  protocol: P | undefined;

  constructor(
    readonly factory: IProtocolFactory<P>,
    readonly cancels: boolean,
  ) {}

  /** The connection is made. */
  succeed(): this {
    this.protocol = this.factory.buildProtocol(ADDRESS)!;
    this.transport.connect(this.protocol);
    this.connected.callback(this.protocol);
    return this;
  }

  fail(reason: unknown = new Error('refused')): this {
    this.connected.errback(reason);
    return this;
  }
}

/** Keeps the attempts, which end as the test says. */
export class FakeClientEndpoint implements IStreamClientEndpoint {
  readonly attempts: FakeAttempt[] = [];
  /** Whether cancelling an attempt ends it at once. */
  cancels = true;

  get last(): FakeAttempt {
    return this.attempts.at(-1)!;
  }

  connect<P extends IProtocol>(factory: IProtocolFactory<P>): Deferred<P> {
    const attempt = new FakeAttempt<P>(factory, this.cancels);
    this.attempts.push(attempt);
    return attempt.connected;
  }
}
