import type { Deferred } from '../../defer/index.js';
import type { Completion, IOpenFile, IProtocol, SendFileOptions } from '../../interfaces/index.js';
import { getLog } from '../../logger/index.js';
import { ProtocolWrapper } from './protocol-wrapper.js';
import { trafficText } from './traffic-text.js';
import { WrappingFactory } from './wrapping-factory.js';

const log = getLog('protocols', 'traffic');

/** Logs all that the connections of a factory receive and send, for debugging: category `heddle`, `protocols`, `traffic`, level info. Twisted: `SpewingFactory`. */
export class SpewingFactory<P extends IProtocol = IProtocol> extends WrappingFactory<P, SpewingProtocol<P>> {
  protected override wrapProtocol(protocol: P): SpewingProtocol<P> {
    return new SpewingProtocol(this, protocol);
  }
}

/** One connection of a {@link SpewingFactory}. Twisted: `SpewingProtocol`. */
export class SpewingProtocol<P extends IProtocol = IProtocol> extends ProtocolWrapper<P> {
  /** Prints who got the bytes, and passes them on. */
  override dataReceived(data: Buffer): Completion {
    log.info('Received: {data}', { data: trafficText(data) });
    return super.dataReceived(data);
  }

  override write(data: Uint8Array): boolean {
    const answer = super.write(data);
    log.info('Sending: {data}', { data: trafficText(data) });
    return answer;
  }

  override writeSequence(pieces: Iterable<Uint8Array>): boolean {
    const all = [...pieces];
    const answer = super.writeSequence(all);
    log.info('Sending: {data}', { data: all.map((piece) => trafficText(piece)).join(' ') });
    return answer;
  }

  override sendFile(
    file: number | IOpenFile,
    offset: number,
    length: number,
    options?: SendFileOptions,
  ): Deferred<void> {
    const sent = super.sendFile(file, offset, length, options);
    log.info('Sending: {length} bytes of a file, from {offset} on', { length, offset });
    return sent;
  }
}
