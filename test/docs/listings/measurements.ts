import { type IParser, ParseError, ParsingProtocol, Unparsed } from '../../../src/index.js';

/** Four bytes are a measurement, a number from 0 to 1000. */
export class MeasurementParser implements IParser<number> {
  readonly #input = new Unparsed();
  #error: ParseError | undefined;

  feed(data: Buffer) {
    if (this.#error === undefined) this.#input.push(data);
  }

  next() {
    if (this.#error !== undefined) throw this.#error;
    if (!this.#input.gather(4)) {
      this.#input.settle();
      return undefined;
    }
    const value = this.#input.take(4).readFloatBE();
    if (value >= 0 && value <= 1000) return value;
    this.#error = new ParseError('A measurement is a number from 0 to 1000');
    throw this.#error;
  }

  clear() {
    this.#error = undefined;
    return this.#input.takeAll();
  }
}

export class Average extends ParsingProtocol<number> {
  protected override readonly itemParser = new MeasurementParser();
  #sum = 0;
  #count = 0;

  protected override itemReceived(value: number) {
    this.#sum += value;
    this.#count += 1;
    this.transport.write(Buffer.from(`${this.#sum / this.#count}\r\n`));
  }
}
