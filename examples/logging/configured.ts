import { configure, getConsoleSink, getLogger } from '@logtape/logtape';
import { makeMistake } from './mistake.js';

await configure({
  sinks: { console: getConsoleSink() },
  loggers: [
    { category: 'heddle', lowestLevel: 'info', sinks: ['console'] },
    { category: ['heddle', 'protocols'], lowestLevel: 'warning' },
    { category: 'shop', lowestLevel: 'debug', sinks: ['console'] },
    { category: ['logtape', 'meta'], lowestLevel: 'warning', sinks: ['console'] },
  ],
});

getLogger(['shop', 'orders']).debug('Order {number} has come', { number: 7 });
await makeMistake();
