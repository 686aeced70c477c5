import type { Failure } from '../../src/defer/index.js';
import type { FileSendError } from '../../src/errors/index.js';
import type { ConnectionOptions } from '../../src/interfaces/index.js';
import { type ErrnoName, type Libc, SO_LINGER, errno } from '../../src/libc/index.js';
import { type ConnectionFeed, connectionLimits } from '../../src/tcp/index.js';
import { FileQueue } from '../../src/tcp/file-queue.js';
import { QueuedFile } from '../../src/tcp/queued-file.js';
import { ReadinessDriver } from '../../src/tcp/readiness-driver.js';
import { WriteQueue } from '../../src/tcp/write-queue.js';
import { FakeContext } from './fake-context.js';

/** A feed that keeps what it is told. */
export class RecordingFeed implements ConnectionFeed {
  queue = new WriteQueue();
  wantsData = true;
  readonly told: unknown[][] = [];
  readonly received: Buffer[] = [];
  onSent: () => void = () => {};

  dataReceived(data: Buffer): void {
    this.received.push(data);
  }

  dataDiscarded(bytes: number): void {
    this.told.push(['dataDiscarded', bytes]);
  }

  endOfFile(): void {
    this.told.push(['endOfFile']);
  }

  hangUp(how: string): void {
    this.told.push(['hangUp', how]);
  }

  sent(bytes: number): void {
    this.told.push(['sent', bytes]);
    this.onSent();
  }

  fileFailed(error: FileSendError): void {
    this.told.push(['fileFailed', error.bytesMissing, error.code]);
  }

  failed(error: Error): void {
    const { code, syscall } = error as Error & { readonly code?: unknown; readonly syscall?: unknown };
    this.told.push(['failed', code, syscall]);
  }

  dropped(reason: Failure): void {
    this.told.push(['dropped', reason]);
  }

  logPrefix(): string {
    return 'Recording';
  }
}

function letters(position: number, length: number): string {
  return Array.from({ length }, (_, i) => String.fromCharCode(97 + ((position + i) % 26))).join('');
}

export class DriverSubject {
  readonly calls: string[] = [];
  /** What recv gives: text, the errno's name, or '' for an end; EAGAIN when there is nothing more. */
  input: (string | { readonly errno: ErrnoName })[] = [];
  /** What send answers, in turn; all that it is given when there is nothing more. */
  sendAnswers: (number | ErrnoName)[] = [];
  sent = '';
  readonly context = new FakeContext(this.#libc());
  readonly feed = new RecordingFeed();
  readonly driver: ReadinessDriver;

  constructor(options: ConnectionOptions = {}) {
    this.driver = new ReadinessDriver(this.context, 9, this.feed, connectionLimits(options));
  }

  /** What sendfile answers, in turn; all that it is asked for when there is nothing more. */
  sendfileAnswers: (number | ErrnoName)[] = [];
  /** What pread answers, in the same way. */
  preadAnswers: (number | ErrnoName)[] = [];

  /** Byte `i` of the file is the letter number `i % 26`. */
  sendFile(offset: number, length: number, fd = 5): QueuedFile {
    const file = new QueuedFile(fd, offset, length, () => undefined);
    const queue = FileQueue.from(this.feed.queue);
    this.feed.queue = queue;
    queue.pushFile(file);
    this.driver.startWriting();
    return file;
  }

  write(text: string): this {
    this.feed.queue.push(Buffer.from(text));
    this.driver.startWriting();
    return this;
  }

  #libc(): Partial<Libc> {
    return {
      recv: (_fd, buffer, offset, length) => {
        const next = this.input.shift() ?? { errno: 'EAGAIN' };
        if (typeof next === 'object') return -errno[next.errno];
        return Buffer.from(buffer.buffer, buffer.byteOffset + offset, length).write(next);
      },
      send: (_fd, buffer, offset, length) => {
        const answer = this.sendAnswers.shift() ?? length;
        this.calls.push(`send ${length}`);
        if (typeof answer === 'string') return -errno[answer];
        this.sent += Buffer.from(buffer.subarray(offset, offset + answer)).toString();
        return answer;
      },
      sendfile: (_fd, _file, position, length) => {
        const answer = this.sendfileAnswers.shift() ?? length;
        this.calls.push(`sendfile ${position} ${length}`);
        if (typeof answer === 'string') return -errno[answer];
        if (length < 1000) this.sent += letters(position, answer);
        return answer;
      },
      pread: (_fd, buffer, offset, length, position) => {
        const answer = this.preadAnswers.shift() ?? length;
        this.calls.push(`pread ${position} ${length}`);
        if (typeof answer === 'string') return -errno[answer];
        return Buffer.from(buffer.buffer, buffer.byteOffset + offset, length).write(
          letters(position, answer),
        );
      },
      shutdown: () => this.calls.push('shutdown'),
      setsockopt: (_fd, _level, name) => this.calls.push(name === SO_LINGER ? 'linger' : 'setsockopt'),
      close: (fd) => this.calls.push(`close ${fd}`),
    };
  }
}
