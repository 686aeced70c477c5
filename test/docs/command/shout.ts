import { Factory, LineReceiver } from '../../../src/index.js';

/** Says everything again, louder. */
class Shout extends LineReceiver {
  override delimiter = Buffer.from('\n');

  override lineReceived(line: Buffer) {
    this.sendLine(Buffer.from(line.toString().toUpperCase()));
  }

  serviceStopping() {
    this.transport.loseConnection(); // sends what is queued first
  }
}

export const factory = Factory.forProtocol(Shout);
