import { clientFromString } from '../endpoints/index.js';
import { getReactor } from '../reactor/index.js';
import { GRACE_MS, type Command } from './command.js';
import { ForwardingFactory } from './forwarding-factory.js';
import { serversAt, understood } from './servers.js';
import { start } from './start.js';

/** `heddle forward`. */
export const forward: Command = {
  name: 'forward',
  operands: ['LISTEN_ENDPOINT', 'CONNECT_ENDPOINT'],
  summary: 'Pass connections on to another place',
  description: [
    'Each connection to LISTEN_ENDPOINT gets one of its own to CONNECT_ENDPOINT, and ends as that one ends.',
    'When it is stopped, connections go on until they end by themselves, or --grace is over.',
  ].join('\n'),
  options: {},
  run({ operands: [from = '', to = ''] }, settings, terminal) {
    const destination = understood(() => clientFromString(getReactor(), to));
    const factory = new ForwardingFactory(to, destination, getReactor());
    return start(serversAt([from], factory, settings.graceMs ?? GRACE_MS, terminal), settings, terminal);
  },
};
