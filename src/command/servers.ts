import { MultiService, Service, type StreamServerEndpointService, strports } from '../application/index.js';
import { EndpointSyntaxError, serverDescription } from '../endpoints/index.js';
import type { IProtocolFactory } from '../interfaces/index.js';
import type { Terminal } from './terminal.js';
import { UsageError } from './usage-error.js';

/**
 * Servers of one factory at each of these endpoints, as one service. When all listen, it says where. Throws a UsageError for a
 * description with a fault.
 */
export function serversAt(
  descriptions: readonly string[],
  factory: IProtocolFactory,
  graceMs: number,
  terminal: Terminal,
): MultiService {
  const servers = descriptions.map((description) =>
    understood(() => strports.service(description, factory, { gracePeriodMs: graceMs })),
  );
  const all = new MultiService();
  for (const service of [...servers, new Announcement(servers, terminal)]) all.addService(service);
  return all;
}

/** What `read` answers; an EndpointSyntaxError of it is a UsageError. */
export function understood<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (!(error instanceof EndpointSyntaxError)) throw error;
    throw new UsageError(error.message, { cause: error });
  }
}

/** Starts after the servers, and says where they listen. */
class Announcement extends Service {
  readonly #servers: readonly StreamServerEndpointService[];
  readonly #terminal: Terminal;

  constructor(servers: readonly StreamServerEndpointService[], terminal: Terminal) {
    super();
    this.#servers = servers;
    this.#terminal = terminal;
  }

  override startService(): void {
    void super.startService();
    for (const { port } of this.#servers) {
      if (port !== undefined) this.#terminal.say(`listening on ${serverDescription(port.getHost())}`);
    }
  }
}
