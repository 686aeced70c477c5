import type { Failure } from '../defer/index.js';
import { ConnectionDone, ConnectionLost } from '../errors/index.js';
import type { DisconnectReason, IReactorFDSet, IReactorTime } from '../interfaces/index.js';
import { type Libc, errno, systemError } from '../libc/index.js';
import { FileDescriptor } from './file-descriptor.js';

/** One read takes at most this much. */
const READ_BYTES = 65_536;

/**
 * A {@link FileDescriptor} over a number that it owns: read(2) and write(2) move the bytes, and `connectionLost`
 * closes it. A subclass says what to do with what is read.
 *
 * The number must be non-blocking (O_NONBLOCK), or a read or write of it may stop the whole thread. Regular files
 * never block in that sense: they are always ready, and end where the file ends.
 */
export abstract class OwnedFileDescriptor extends FileDescriptor {
  readonly #libc: Libc;
  #fd: number;
  #buffer: Buffer | undefined;

  /** `fd` is this object's from now on. `libc` is the driver's: `reactor.driver.libc`. */
  constructor(reactor: IReactorFDSet & Pick<IReactorTime, 'callLater'>, libc: Libc, fd: number) {
    super(reactor);
    this.#libc = libc;
    this.#fd = fd;
  }

  /** Bytes were read, at least one. The Buffer is the receiver's to keep. */
  protected abstract dataReceived(data: Buffer): void;

  fileno(): number {
    return this.#fd;
  }

  doRead(): DisconnectReason {
    const buffer = (this.#buffer ??= this.#makeBuffer());
    const n = this.#libc.read(this.#fd, buffer, 0, buffer.length);
    if (n > 0) this.dataReceived(Buffer.from(buffer.subarray(0, n)));
    else if (n === 0) return new ConnectionDone();
    else if (n !== -errno.EAGAIN && n !== -errno.EINTR) {
      return new ConnectionLost('', { cause: systemError(n, 'read', { fd: this.#fd }) });
    }
    return undefined;
  }

  protected writeSomeData(data: Uint8Array): number {
    return this.#libc.write(this.#fd, data, 0, data.length);
  }

  override connectionLost(reason: Failure): void {
    super.connectionLost(reason);
    if (this.#fd < 0) return;
    const fd = this.#fd;
    this.#fd = -1;
    this.#libc.close(fd);
  }

  #makeBuffer(): Buffer {
    const buffer = Buffer.allocUnsafeSlow(READ_BYTES);
    this.#libc.pin(buffer);
    return buffer;
  }
}
