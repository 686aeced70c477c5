import { HostnameAddress, IPv4Address, internetAddress } from '../../src/address/index.js';
import { Failure } from '../../src/defer/index.js';
import { ConnectionDone, UserError } from '../../src/errors/index.js';
import type {
  ConnectTCPOptions,
  IAddress,
  IClientFactory,
  IConnector,
  IListeningPort,
  IProtocol,
  IProtocolFactory,
  IReactorTCP,
  ITCPPort,
  ITransport,
  ListenTCPOptions,
} from '../../src/interfaces/index.js';
import { RecordingTransport } from '../protocols/recording-transport.js';

/** One call of `connectTCP`, and what the test makes come of it. */
export class FakeConnector implements IConnector {
  state: IConnector['state'] = 'connecting';
  /** What this side asked for: `disconnect` and `stopConnecting`. */
  readonly asked: string[] = [];
  protocol: IProtocol | null = null;

  constructor(
    readonly host: string,
    readonly port: number | string,
    readonly factory: IClientFactory,
    readonly options: ConnectTCPOptions,
  ) {
    factory.doStart();
    factory.startedConnecting(this);
  }

  connect(): void {
    throw new Error('not expected');
  }

  disconnect(): void {
    this.asked.push('disconnect');
    if (this.state === 'connecting') this.fails(new UserError());
  }

  stopConnecting(): void {
    this.asked.push('stopConnecting');
    this.fails(new UserError());
  }

  getDestination(): IAddress {
    return (
      internetAddress('TCP', this.host, Number(this.port)) ??
      new HostnameAddress(this.host, Number(this.port))
    );
  }

  // ---- what happens

  /** The connection is there. As a real connector does, it gives it up if the factory builds nothing. */
  succeeds(transport: ITransport = new RecordingTransport()): void {
    this.state = 'connected';
    this.protocol = this.factory.buildProtocol(new IPv4Address('TCP', '192.0.2.1', 80));
    if (this.protocol === null) this.ends();
    else void this.protocol.makeConnection(transport);
  }

  fails(error: unknown): void {
    this.state = 'disconnected';
    this.factory.clientConnectionFailed(this, new Failure(error));
    this.factory.doStop();
  }

  /** The connection is over. */
  ends(): void {
    this.state = 'disconnected';
    this.factory.clientConnectionLost(this, new Failure(new ConnectionDone()));
    this.factory.doStop();
  }
}

/** One call of `listenTCP`. */
export interface FakeListening {
  readonly port: number;
  readonly factory: IProtocolFactory;
  readonly options: ListenTCPOptions;
  readonly listening: IListeningPort;
}

/** Keeps what it is asked for. */
export class FakeReactorTCP implements IReactorTCP {
  readonly connectors: FakeConnector[] = [];
  readonly listenings: FakeListening[] = [];
  /** What the next call throws. */
  error: Error | undefined;

  listenTCP(port: number, factory: IProtocolFactory, options: ListenTCPOptions = {}): ITCPPort {
    if (this.error !== undefined) throw this.error;
    const listening = { getHost: () => new IPv4Address('TCP', '127.0.0.1', port) } as unknown as ITCPPort;
    this.listenings.push({ port, factory, options, listening });
    return listening;
  }

  connectTCP(
    host: string,
    port: number | string,
    factory: IClientFactory,
    options: ConnectTCPOptions = {},
  ): IConnector {
    if (this.error !== undefined) throw this.error;
    const connector = new FakeConnector(host, port, factory, options);
    this.connectors.push(connector);
    return connector;
  }

  /** The only attempt so far. */
  get connector(): FakeConnector {
    const [connector, ...others] = this.connectors;
    if (connector === undefined || others.length > 0) {
      throw new Error(`${this.connectors.length} attempts were made, not one`);
    }
    return connector;
  }
}
