import { HostnameAddress } from '../../src/address/index.js';
import type { IAddress } from '../../src/interfaces/address.js';
import type { ITransport } from '../../src/interfaces/transport.js';

/** Keeps what is written, and nothing else. */
export class RecordingTransport implements ITransport {
  text = '';

  write(data: Uint8Array): boolean {
    this.text += Buffer.from(data).toString('latin1');
    return true;
  }

  writeSequence(pieces: Iterable<Uint8Array>): boolean {
    for (const piece of pieces) this.write(piece);
    return true;
  }

  loseConnection(): void {}

  getPeer(): IAddress {
    return new HostnameAddress('peer', 1);
  }

  getHost(): IAddress {
    return new HostnameAddress('host', 2);
  }
}
