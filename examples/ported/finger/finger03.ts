/** The finger tutorial, step 3: who comes is shown the door. Twisted: finger03.py. */
import { Factory, Protocol } from '../../../src/index.js';
import { run } from './run.js';

export class FingerProtocol extends Protocol {
  override connectionMade(): void {
    this.transport.loseConnection();
  }
}

export const factory = Factory.forProtocol(FingerProtocol);

if (process.argv[1] === import.meta.filename) await run(factory);
