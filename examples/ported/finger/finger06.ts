/** The finger tutorial, step 6: the protocol asks its factory, which knows nobody yet. Twisted: finger06.py. */
import { Factory, LineReceiver } from '../../../src/index.js';
import { run } from './run.js';

export class FingerProtocol extends LineReceiver {
  declare factory: FingerFactory;

  override lineReceived(user: Buffer): void {
    this.sendLine(Buffer.from(this.factory.getUser(user.toString())));
    this.transport.loseConnection();
  }
}

export class FingerFactory extends Factory<FingerProtocol> {
  override protocol = FingerProtocol;

  getUser(user: string): string {
    return `${user}: nobody of that name`;
  }
}

export const factory = new FingerFactory();

if (process.argv[1] === import.meta.filename) await run(factory);
