/** The finger tutorial, step 4: it reads the user's name, a line, before it hangs up. Twisted: finger04.py. */
import { Factory, LineReceiver } from '../../../src/index.js';
import { run } from './run.js';

export class FingerProtocol extends LineReceiver {
  // eslint-disable-next-line @typescript-eslint/no-unused-vars -- step 5 will look at it
  override lineReceived(user: Buffer): void {
    this.transport.loseConnection();
  }
}

export const factory = Factory.forProtocol(FingerProtocol);

if (process.argv[1] === import.meta.filename) await run(factory);
