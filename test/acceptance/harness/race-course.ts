/** What the programs about racing addresses have in common: names that lead where the program says, and places that behave badly. */
import {
  type Deferred,
  type IHostnameResolver,
  type IInternetAddress,
  type IReactorTCP,
  type ITCPPort,
  Factory,
  HostnameEndpoint,
  Protocol,
  type TCPClientEndpointOptions,
  connect,
} from '../../../src/index.js';
import { internetAddress } from '../../../src/address/index.js';
import { once } from 'node:events';
import { connect as connectByNode } from 'node:net';

class Quiet extends Factory {
  override noisy = false;
  override protocol = Protocol;
}

/** A resolver that finds these addresses for every name, at once. */
export function resolverOf(...hosts: readonly string[]): IHostnameResolver {
  return {
    resolveHostName(receiver, name, portNumber = 0) {
      const resolution = { name, cancel: () => undefined };
      receiver.resolutionBegan(resolution);
      for (const host of hosts)
        receiver.addressResolved(internetAddress('TCP', host, portNumber) as IInternetAddress);
      receiver.resolutionComplete();
      return resolution;
    },
  };
}

/** Takes every client. */
export function good(reactor: IReactorTCP, host: string, port = 0): ITCPPort {
  return reactor.listenTCP(port, new Quiet(), { interface: host });
}

/**
 * Answers nobody: its queue has one place (listen(2): a backlog of 0), that one is taken, and the kernel drops what else comes.
 * What it returns gives it up.
 */
export async function silent(reactor: IReactorTCP, host: string, port: number): Promise<() => Promise<void>> {
  const listening = reactor.listenTCP(port, new Quiet(), { interface: host, backlog: 0 });
  listening.pauseAccepting();
  const first = connectByNode(port, host);
  await once(first, 'connect');
  return async () => {
    first.destroy();
    await listening.stopListening();
  };
}

/** How a race came out. */
export interface Outcome {
  /** The host that was connected to; undefined if none was. */
  readonly host: string | undefined;
  readonly error: unknown;
  readonly tookMs: number;
}

/** Connects to a name that has these addresses, closes again, and tells how it went. */
export async function race(
  reactor: IReactorTCP,
  hosts: readonly string[],
  port: number,
  options: TCPClientEndpointOptions & { readonly signal?: AbortSignal } = {},
): Promise<Outcome> {
  const { signal, ...others } = options;
  const endpoint = new HostnameEndpoint(reactor, 'some.host', port, {
    resolver: resolverOf(...hosts),
    ...others,
  });
  const since = performance.now();
  const outcome = (host: string | undefined, error: unknown): Outcome => ({
    host,
    error,
    tookMs: performance.now() - since,
  });
  const connecting: Deferred<Outcome> = connect(
    endpoint,
    signal === undefined ? {} : { signal },
  ).addCallbacks(
    (connection) => {
      const reached = outcome(connection.getPeer().host, undefined);
      return connection.close().addCallback(() => reached);
    },
    (failure) => outcome(undefined, failure.value),
  );
  return await connecting;
}
