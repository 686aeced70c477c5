import { Protocol } from './protocol.js';

/** Sends back whatever comes (RFC 862). Twisted: `Echo`. */
export class Echo extends Protocol {
  override connectionMade(): void {
    // Who sends and doesn't read isn't read from, so that nothing piles up.
    this.transport.registerProducer(this.transport, true);
  }

  override dataReceived(data: Buffer): void {
    this.transport.write(data);
  }
}

/** Throws away whatever comes (RFC 863). Twisted: `Discard`. */
export class Discard extends Protocol {}
