import { ConnectionTimeout, Protocol, type IReactorTime } from '../../../src/index.js';

export class Login extends Protocol {
  readonly #idle: ConnectionTimeout;
  readonly #login: ConnectionTimeout;

  constructor(clock: Pick<IReactorTime, 'callLater'>) {
    super();
    this.#idle = new ConnectionTimeout(clock, () => this.transport.loseConnection());
    this.#login = new ConnectionTimeout(clock, () => this.transport.abortConnection());
  }

  override connectionMade() {
    this.#idle.setTimeout(300);
    this.#login.setTimeout(20);
  }

  override dataReceived(data: Buffer) {
    this.#idle.resetTimeout();
    if (data.toString().startsWith('PASS ')) this.#login.setTimeout(null);
  }

  override connectionLost() {
    this.#idle.setTimeout(null);
    this.#login.setTimeout(null);
  }
}
