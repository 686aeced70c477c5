import { configure, getJsonLinesFormatter } from '@logtape/logtape';
import { makeMistake } from './mistake.js';

const json = getJsonLinesFormatter();

await configure({
  sinks: { json: (record) => process.stdout.write(json(record)) },
  loggers: [
    { category: 'heddle', lowestLevel: 'warning', sinks: ['json'] },
    { category: ['logtape', 'meta'], lowestLevel: 'warning', sinks: ['json'] },
  ],
});

await makeMistake();
