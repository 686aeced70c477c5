/** The finger tutorial, step 2: it listens, and says nothing to those who come. Twisted: finger02.py. */
import { Factory, Protocol } from '../../../src/index.js';
import { run } from './run.js';

export class FingerProtocol extends Protocol {}

export const factory = Factory.forProtocol(FingerProtocol);

if (process.argv[1] === import.meta.filename) await run(factory);
