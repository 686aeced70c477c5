import { Protocol } from '../../../src/index.js';

export class Download extends Protocol {
  override async connectionMade() {
    for (let piece = 0; piece < 100 && this.connected; piece += 1) {
      this.transport.write(Buffer.alloc(10_000, piece));
      await this.transport.drained();
    }
    this.transport.loseConnection();
  }
}
