/**
 * Three ways to be a client of a server that says something and hangs up, such as quote.ts. Twisted: "Writing Clients".
 *
 *     node --import tsx examples/ported/howto/clients.ts 127.0.0.1 8007
 *
 *  1. `connectProtocol`: one connection, whose protocol is there already. This is what new programs take.
 *  2. `ClientCreator`: the same without an endpoint.
 *  3. A `ClientFactory`: for those who want to hear of each attempt, and perhaps to connect again.
 */
import {
  ClientCreator,
  ClientFactory,
  ConnectionDone,
  Deferred,
  type Failure,
  type IConnector,
  type IReactorTCP,
  type IReactorTime,
  Protocol,
  type Reactor,
  TCP4ClientEndpoint,
  connectProtocol,
  react,
} from '../../../src/index.js'; // 'heddle', in a program of yours

/** As much of a reactor as clients need. */
type ClientReactor = IReactorTCP & IReactorTime;

/** Keeps what the server says until it has said all. */
export class Listener extends Protocol {
  readonly #pieces: Buffer[] = [];
  /** All of it; fails if the connection doesn't end in order. */
  readonly heard = new Deferred<string>();

  override dataReceived(data: Buffer): void {
    this.#pieces.push(data);
  }

  override connectionLost(reason: Failure): void {
    if (reason.check(ConnectionDone) === undefined) this.heard.errback(reason);
    else this.heard.callback(Buffer.concat(this.#pieces).toString().trim());
  }
}

export async function byEndpoint(reactor: ClientReactor, host: string, port: number): Promise<string> {
  const endpoint = new TCP4ClientEndpoint(reactor, host, port);
  const listener = await connectProtocol(endpoint, new Listener());
  return listener.heard;
}

export async function byCreator(reactor: ClientReactor, host: string, port: number): Promise<string> {
  const listener = await new ClientCreator(reactor, Listener).connectTCP(host, port);
  return listener.heard;
}

/** Notes what happens to its connector. */
export class ListenerFactory extends ClientFactory<Listener> {
  readonly events: string[] = [];
  readonly ended = new Deferred<readonly string[]>();

  override startedConnecting(connector: IConnector): void {
    this.events.push(`connecting to ${connector.getDestination().toString()}`);
  }

  override buildProtocol(): Listener {
    const listener = new Listener();
    listener.heard.addCallbacks(
      (text) => this.events.push(`heard: ${text}`),
      () => this.events.push('was cut off'),
    );
    return listener;
  }

  override clientConnectionFailed(_connector: IConnector, reason: Failure): void {
    this.ended.errback(reason);
  }

  override clientConnectionLost(_connector: IConnector, reason: Failure): void {
    this.events.push(`ended: ${reason.getErrorMessage()}`);
    // connector.connect() here would connect again; see reconnecting.ts.
    this.ended.callback(this.events);
  }
}

export async function byFactory(
  reactor: ClientReactor,
  host: string,
  port: number,
): Promise<readonly string[]> {
  const factory = new ListenerFactory();
  reactor.connectTCP(host, port, factory);
  return factory.ended;
}

async function main(reactor: Reactor, host: string, port: number): Promise<void> {
  console.log(await byEndpoint(reactor, host, port));
  console.log(await byCreator(reactor, host, port));
  for (const event of await byFactory(reactor, host, port)) console.log(event);
}

if (process.argv[1] === import.meta.filename) {
  const [host = '127.0.0.1', port = '8007'] = process.argv.slice(2);
  await react(main, [host, Number(port)]);
}
