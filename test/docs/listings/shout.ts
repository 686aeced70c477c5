import { LineReceiver } from '../../../src/index.js';

export class Shout extends LineReceiver {
  override MAX_LENGTH = 1000;

  override lineReceived(line: Buffer) {
    this.sendLine(Buffer.from(line.toString().toUpperCase()));
  }
}
