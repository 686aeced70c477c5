import type { IConnector, IReactorTCP, IStreamClientEndpoint } from '../interfaces/index.js';
import { getLog } from '../logger/index.js';
import { portforward } from '../protocols/index.js';

const log = getLog('command');

/** Forwards each connection to an endpoint, of whatever kind and with whatever options it has. */
export class ForwardingFactory extends portforward.ProxyFactory {
  readonly #destination: IStreamClientEndpoint;

  /** `description` is the endpoint's, for the log. */
  constructor(
    readonly description: string,
    destination: IStreamClientEndpoint,
    reactor: Pick<IReactorTCP, 'connectTCP'>,
  ) {
    super(description, 0, reactor);
    this.#destination = destination;
  }

  override connect(factory: portforward.ProxyClientFactory): Pick<IConnector, 'disconnect'> {
    const { server } = factory;
    // The factory as it is has hooks for a connector, which endpoints haven't.
    const attempt = this.#destination.connect({
      buildProtocol: (address) => factory.buildProtocol(address),
      doStart: () => factory.doStart(),
      doStop: () => factory.doStop(),
    });
    attempt.addErrback((failure) => {
      // If the client has gone meanwhile, it was he who stopped it.
      if (!server.connected) return;
      log.warn('Cannot forward to {destination}: {reason}', {
        destination: this.description,
        reason: failure.getErrorMessage(),
      });
      server.transport.loseConnection();
    });
    return { disconnect: () => attempt.cancel() };
  }
}
