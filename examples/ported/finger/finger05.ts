/** The finger tutorial, step 5: it answers, always the same. Twisted: finger05.py. */
import { Factory, LineReceiver } from '../../../src/index.js';
import { run } from './run.js';

export class FingerProtocol extends LineReceiver {
  override lineReceived(user: Buffer): void {
    this.sendLine(Buffer.from(`${user.toString()}: nobody of that name`));
    this.transport.loseConnection(); // which sends the line first
  }
}

export const factory = Factory.forProtocol(FingerProtocol);

if (process.argv[1] === import.meta.filename) await run(factory);
