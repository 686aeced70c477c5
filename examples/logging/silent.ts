import { configure } from '@logtape/logtape';
import { makeMistake } from './mistake.js';

await configure({ sinks: {}, loggers: [{ category: ['logtape', 'meta'], sinks: [] }] });

await makeMistake();
console.log('not a word of it');
