import { LineReceiver } from '../../../src/index.js';

/** `PUT 5`, and then five bytes that are no line. */
export class Bodies extends LineReceiver {
  #missing = 0;

  override lineReceived(line: Buffer) {
    const [, length] = /^PUT (\d{1,6})$/.exec(line.toString()) ?? [];
    if (length === undefined) {
      this.sendLine(Buffer.from('What?'));
      return;
    }
    this.#missing = Number(length);
    if (this.#missing > 0) this.setRawMode();
  }

  override rawDataReceived(data: Buffer) {
    const body = data.subarray(0, this.#missing);
    this.#missing -= body.length;
    if (this.#missing > 0) return;
    this.sendLine(Buffer.from('Thank you'));
    this.setLineMode(data.subarray(body.length)); // what follows the body is lines again
  }
}
