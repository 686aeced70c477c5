import { StreamProtocol, lines } from '../../../src/index.js';

export class Greeter extends StreamProtocol {
  override async connectionMade() {
    for await (const line of lines(this, { maxLength: 100 })) {
      if (line.length === 0) break; // which closes the connection
      this.transport.write(Buffer.from(`Hello ${line.toString()}\r\n`));
      await this.transport.drained();
    }
  }
}
