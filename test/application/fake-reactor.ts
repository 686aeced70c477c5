import { HostnameAddress, IPv4Address } from '../../src/address/index.js';
import { Failure, succeed } from '../../src/defer/index.js';
import { UserError } from '../../src/errors/index.js';
import type {
  IClientFactory,
  IConnector,
  IProtocolFactory,
  IReactorTCP,
  ITCPPort,
} from '../../src/interfaces/index.js';
import { Clock } from '../../src/time/index.js';

/** Keeps what it is asked to listen on and to connect to, and does neither. */
export class FakeReactor extends Clock implements IReactorTCP {
  readonly listened: (readonly [port: number, factory: IProtocolFactory, options: unknown])[] = [];
  readonly connected: (readonly [
    host: string,
    port: number | string,
    factory: IClientFactory,
    options: unknown,
  ])[] = [];
  stopped = 0;

  listenTCP(port: number, factory: IProtocolFactory, options?: object): ITCPPort {
    this.listened.push([port, factory, options]);
    return {
      stopListening: () => {
        this.stopped += 1;
        return succeed<void>(undefined);
      },
      getHost: () => new IPv4Address('TCP', '127.0.0.1', port),
    } as unknown as ITCPPort;
  }

  connectTCP(host: string, port: number | string, factory: IClientFactory, options?: object): IConnector {
    this.connected.push([host, port, factory, options]);
    const connector = new FakeConnector(factory);
    connector.connect();
    return connector;
  }
}

/** Is connecting until it is disconnected. */
export class FakeConnector implements IConnector {
  state: IConnector['state'] = 'disconnected';

  constructor(readonly factory: IClientFactory) {}

  connect(): void {
    this.state = 'connecting';
    try {
      this.factory.startedConnecting(this);
    } catch (error) {
      this.state = 'disconnected';
      throw error;
    }
  }

  disconnect(): void {
    if (this.state === 'connecting') this.stopConnecting();
  }

  stopConnecting(): void {
    this.state = 'disconnected';
    this.factory.clientConnectionFailed(this, new Failure(new UserError()));
  }

  getDestination(): HostnameAddress {
    return new HostnameAddress('host', 1);
  }
}
