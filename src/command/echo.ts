import { Factory, Protocol } from '../protocols/index.js';
import type { IStoppingProtocol } from '../interfaces/index.js';
import { GRACE_MS, type Command } from './command.js';
import { serversAt } from './servers.js';
import { start } from './start.js';

const DEFAULT_ENDPOINT = 'tcp:8007:interface=127.0.0.1';

/** Sends back what comes, no faster than it is read. */
class Echo extends Protocol implements IStoppingProtocol {
  override connectionMade(): void {
    this.transport.registerProducer(this.transport, true);
  }

  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }

  serviceStopping(): void {
    this.transport.unregisterProducer();
    this.transport.loseConnection();
  }
}

class EchoFactory extends Factory<Echo> {
  override protocol = Echo;
}

/** `heddle echo`. */
export const echo: Command = {
  name: 'echo',
  operands: ['[ENDPOINT]'],
  summary: 'Send back what clients send',
  description: `Listens at ENDPOINT, ${DEFAULT_ENDPOINT} unless it is given.`,
  options: {},
  run({ operands: [endpoint = DEFAULT_ENDPOINT] }, settings, terminal) {
    const graceMs = settings.graceMs ?? GRACE_MS;
    return start(serversAt([endpoint], new EchoFactory(), graceMs, terminal), settings, terminal);
  },
};
