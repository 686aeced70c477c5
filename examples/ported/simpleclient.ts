/**
 * A client with a factory that is told how its connection fares: it sends one sentence, prints what comes back, and ends.
 * Twisted: simpleclient.py.
 *
 *     node --import tsx examples/ported/simpleclient.ts                      to simpleserv.ts, on 127.0.0.1, port 8000
 *     node --import tsx examples/ported/simpleclient.ts 9000 example.org     to another place
 *
 * The exit code is 1 if nobody is there.
 */
import {
  ClientFactory,
  type Failure,
  type IConnector,
  type IReactorCore,
  Protocol,
  getReactor,
} from '../../src/index.js'; // 'heddle', in a program of yours

export class EchoClient extends Protocol {
  override connectionMade(): void {
    this.transport.write(Buffer.from('Is anybody there?'));
  }

  override dataReceived(data: Buffer): void {
    console.log(`The server says: ${data.toString()}`);
    this.transport.loseConnection();
  }
}

export class EchoClientFactory extends ClientFactory<EchoClient> {
  override protocol = EchoClient;
  readonly #reactor: Pick<IReactorCore, 'stop'>;

  constructor(reactor: Pick<IReactorCore, 'stop'>) {
    super();
    this.#reactor = reactor;
  }

  override clientConnectionFailed(_connector: IConnector, reason: Failure): void {
    console.log(`No connection: ${reason.getErrorMessage()}`);
    process.exitCode = 1;
    this.#reactor.stop();
  }

  override clientConnectionLost(): void {
    console.log('Goodbye');
    this.#reactor.stop();
  }
}

if (process.argv[1] === import.meta.filename) {
  const [port = '8000', host = '127.0.0.1'] = process.argv.slice(2);
  const reactor = getReactor();
  reactor.connectTCP(host, Number(port), new EchoClientFactory(reactor));
  await reactor.run();
}
