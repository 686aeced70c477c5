import type {
  ConnectTCPOptions,
  IClientFactory,
  IConnector,
  IHostnameResolver,
  IReactorTCP,
} from '../../src/interfaces/index.js';
import { type ErrnoName, type Libc, SO_ERROR, errno } from '../../src/libc/index.js';
import { Connector } from '../../src/tcp/index.js';
import { readAddress } from '../../src/tcp/socket-addresses.js';
import { FakeContext } from '../tcp/fake-context.js';

/** A socket that is on its way. */
interface Attempt {
  readonly fd: number;
  readonly host: string;
  /** When it began, in ms. */
  readonly atMs: number;
  error: number;
}

/**
 * heddle's own connector over a kernel in which nothing happens but what the test says, and a clock that it holds in its hand: what
 * is tried when can be read off exactly.
 */
export class RacingReactor implements Pick<IReactorTCP, 'connectTCP'> {
  readonly attempts: Attempt[] = [];
  /** Hosts whose attempts were given up. */
  readonly closed: string[] = [];
  /** The errnos with which connect() to some hosts fails at once. */
  readonly refusing = new Map<string, ErrnoName>();
  readonly resolver: IHostnameResolver;
  readonly #context: FakeContext;
  #nextFd = 100;

  constructor(resolver: IHostnameResolver) {
    this.resolver = resolver;
    const libc: Partial<Libc> = {
      socket: () => this.#nextFd++,
      connect: (fd, address) => {
        const { host } = readAddress(address);
        this.attempts.push({ fd, host, atMs: this.#ms(), error: 0 });
        return -errno[this.refusing.get(host) ?? 'EINPROGRESS'];
      },
      getsockopt: (fd, _level, name, value) => {
        if (name === SO_ERROR) Buffer.from(value.buffer, value.byteOffset).writeInt32LE(this.#at(fd).error);
        return 4;
      },
      getsockname: (_fd, address) => {
        address.setIPv4(0x7f000001, 5000);
        return 0;
      },
      close: (fd) => {
        const attempt = this.attempts.find((candidate) => candidate.fd === fd);
        if (attempt !== undefined) this.closed.push(attempt.host);
        return 0;
      },
    };
    this.#context = new FakeContext(libc);
  }

  connectTCP(
    host: string,
    port: number | string,
    factory: IClientFactory,
    options: ConnectTCPOptions,
  ): IConnector {
    const { resolver } = this;
    const connector = new Connector(this.#context, host, Number(port), factory, { resolver, ...options });
    connector.connect();
    return connector;
  }

  /** What was tried when, in ms: `['fd00::1 at 0', ...]`. */
  get tried(): string[] {
    return this.attempts.map(({ host, atMs }) => `${host} at ${atMs}`);
  }

  /** Lets time pass, in ms. */
  pass(ms: number): void {
    this.#context.time.advance(ms / 1000);
  }

  get timersLeft(): number {
    return this.#context.time.getDelayedCalls().length;
  }

  /** The attempt at a host comes to its end: with an errno, or with a connection. */
  settle(host: string, failure?: ErrnoName): void {
    const attempt = this.attempts.find((candidate) => candidate.host === host);
    if (attempt === undefined) throw new Error(`${host} was not tried`);
    attempt.error = failure === undefined ? 0 : errno[failure];
    const writer = [...this.#context.writers].find((candidate) => candidate.fileno() === attempt.fd);
    writer?.doWrite?.();
  }

  #ms(): number {
    return Math.round(this.#context.time.seconds() * 1000);
  }

  #at(fd: number): Attempt {
    const attempt = this.attempts.find((candidate) => candidate.fd === fd);
    if (attempt === undefined) throw new Error(`${fd} is no attempt's`);
    return attempt;
  }
}
