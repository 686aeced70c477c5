import { HostnameAddress } from '../../src/address/index.js';
import { Failure } from '../../src/defer/index.js';
import { ConnectionDone, UserError } from '../../src/errors/index.js';
import type {
  ConnectTCPOptions,
  IAddress,
  IClientFactory,
  IConnector,
  IProtocol,
} from '../../src/interfaces/index.js';
import { Clock } from '../../src/time/index.js';
import { FakeConnection } from '../tcp/fake-connection.js';

/** A connector that connects when the test says so, to a connection in memory. */
export class FakeConnector implements IConnector {
  state: IConnector['state'] = 'disconnected';
  /** All that was asked of it. */
  readonly calls: string[] = [];
  connection: FakeConnection | undefined;
  protocol: IProtocol | null = null;

  constructor(
    readonly factory: IClientFactory,
    readonly host = 'example.org',
    readonly port: number | string = 1,
    readonly options?: ConnectTCPOptions,
  ) {}

  connect(): void {
    this.calls.push('connect');
    if (this.state !== 'disconnected') throw new Error(`The connector is ${this.state}`);
    this.state = 'connecting';
    this.factory.startedConnecting(this);
  }

  disconnect(): void {
    this.calls.push('disconnect');
    if (this.state === 'connecting') this.fail(new UserError());
    else this.connection?.loseConnection();
  }

  stopConnecting(): void {
    this.calls.push('stopConnecting');
    this.fail(new UserError());
  }

  getDestination(): IAddress {
    return new HostnameAddress(this.host, Number(this.port));
  }

  /** The attempt succeeds. */
  succeed(): FakeConnection {
    this.state = 'connected';
    const connection = new FakeConnection();
    this.connection = connection;
    this.protocol = this.factory.buildProtocol(connection.getPeer());
    connection.start(this.protocol!);
    return connection;
  }

  /** The attempt fails. */
  fail(error: Error): void {
    this.state = 'disconnected';
    this.factory.clientConnectionFailed(this, new Failure(error));
  }

  /** The connection is over. */
  lose(error: Error = new ConnectionDone()): void {
    this.state = 'disconnected';
    this.connection = undefined;
    this.factory.clientConnectionLost(this, new Failure(error));
  }
}

/** A clock that makes connectors. */
export class FakeReactor extends Clock {
  readonly connectors: FakeConnector[] = [];

  connectTCP(
    host: string,
    port: number | string,
    factory: IClientFactory,
    options?: ConnectTCPOptions,
  ): FakeConnector {
    const connector = new FakeConnector(factory, host, port, options);
    this.connectors.push(connector);
    connector.connect();
    return connector;
  }
}
