import { expect } from 'chai';
import fc from 'fast-check';
import { LineOnlyReceiver, LineReceiver, LineTooLongError } from '../../src/protocols/index.js';
import { LogRecording } from '../logger/log-recording.js';
import { PausableTransport } from './pausable-transport.js';
import { bytewise, cutAt } from './pieces.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

/** Keeps what it gets, and does with each line what a test wants. */
class Recorder extends LineReceiver<PausableTransport> {
  readonly events: string[] = [];
  onLine: ((line: string) => unknown) | undefined;
  onRaw: ((data: Buffer) => unknown) | undefined;

  override lineReceived(line: Buffer): Promise<unknown> | undefined {
    this.events.push(line.toString('latin1'));
    return this.onLine?.(line.toString('latin1')) as Promise<unknown> | undefined;
  }

  override rawDataReceived(data: Buffer): void {
    this.events.push(`raw ${data.toString('latin1')}`);
    this.onRaw?.(data);
  }
}

class Lenient extends Recorder {
  override lineLengthExceeded(line: Buffer): void {
    this.events.push(`too long ${line.toString('latin1')}`);
  }
}

function connected<R extends Recorder>(Receiver: new () => R): { receiver: R; transport: PausableTransport } {
  const receiver = new Receiver();
  const transport = new PausableTransport();
  receiver.makeConnection(transport);
  return { receiver, transport };
}

describe('LineReceiver', () => {
  it('delivers lines without their delimiters, however they are cut', () => {
    for (const pieces of [[bytes('one\r\n\r\ntwo\r\nth')], bytewise(bytes('one\r\n\r\ntwo\r\nth'))]) {
      const { receiver } = connected(Recorder);
      for (const piece of pieces) receiver.dataReceived(Buffer.from(piece));
      expect(receiver.events).to.deep.equal(['one', '', 'two']);
    }
  });

  it('takes the delimiter and the limit of its class', () => {
    class Short extends Recorder {
      override delimiter = bytes('--');
      override MAX_LENGTH = 3;
    }
    const { receiver, transport } = connected(Short);
    receiver.dataReceived(bytes('one--two--thre--'));
    expect(receiver.events).to.deep.equal(['one', 'two']);
    expect(transport.reason).to.be.instanceOf(LineTooLongError).and.include({ limit: 3 });
  });

  it('takes another delimiter and another limit from the next line on', () => {
    const { receiver } = connected(Recorder);
    receiver.onLine = () => {
      receiver.delimiter = bytes('\n');
      receiver.MAX_LENGTH = 20_000;
    };
    receiver.dataReceived(bytes(`one\r\n${'x'.repeat(20_000)}\n`));
    expect(receiver.events.map(({ length }) => length)).to.deep.equal([3, 20_000]);
  });

  it('`sendLine()` adds the delimiter', () => {
    const { receiver, transport } = connected(Recorder);
    expect(receiver.sendLine(bytes('one'))).to.equal(true);
    receiver.delimiter = bytes(';');
    receiver.sendLine(bytes(''));
    expect(transport.text).to.equal('one\r\n;');
  });

  it('`sendLine()` of text is a TypeError and sends nothing', () => {
    const { receiver, transport } = connected(Recorder);
    expect(() => receiver.sendLine('one' as never)).to.throw(TypeError, 'Buffer.from');
    expect(transport.text).to.equal('');
  });

  describe('limits', () => {
    // Twisted: LineReceiverTests.test_maximumLineLength
    it('closes the connection for a line of one byte more than MAX_LENGTH, with a reason', () => {
      const { receiver, transport } = connected(Recorder);
      expect(receiver.MAX_LENGTH).to.equal(16_384);
      receiver.dataReceived(bytes(`${'x'.repeat(16_385)}\r\nr`));
      expect(transport.disconnecting).to.equal(true);
      expect(receiver.events).to.deep.equal([]);
      expect(transport.reason).to.be.instanceOf(LineTooLongError);
      expect(transport.reason).to.have.property('message').that.includes('limit is 16384');
    });

    // Twisted: LineReceiverTests.test_maximumLineLengthPartialDelimiter
    it('takes a line of MAX_LENGTH bytes whose delimiter comes in two pieces', () => {
      const { receiver, transport } = connected(Recorder);
      for (const piece of ['x', 'x'.repeat(16_383), '\r', '\nnext\r\n']) receiver.dataReceived(bytes(piece));
      expect(receiver.events.map(({ length }) => length)).to.deep.equal([16_384, 4]);
      expect(transport.disconnecting).to.equal(false);
    });

    // Twisted: LineReceiverTests.test_notQuiteMaximumLineLengthUnfinished
    it('waits for more after MAX_LENGTH bytes and a part of the delimiter', () => {
      const { receiver, transport } = connected(Recorder);
      receiver.dataReceived(bytes(`${'x'.repeat(16_384)}\r`));
      expect(receiver.events).to.deep.equal([]);
      expect(transport.disconnecting).to.equal(false);
    });

    class Small extends Lenient {
      override MAX_LENGTH = 10;
    }

    // Twisted: LineReceiverLineLengthExceededTests.test_longLineAfterShortLine
    it('`lineLengthExceeded()` gets all that came after the last line', () => {
      const { receiver } = connected(Small);
      receiver.dataReceived(bytes(`short\r\n${'x'.repeat(21)}`));
      expect(receiver.events).to.deep.equal(['short', `too long ${'x'.repeat(21)}`]);
    });

    // Twisted: LineReceiverLineLengthExceededTests.test_longLineWithDelimiter
    it('`lineLengthExceeded()` gets the delimiter and what follows it as well, once', () => {
      const { receiver } = connected(Small);
      receiver.dataReceived(bytes(`${'x'.repeat(11)}\r\nshort\r\n`));
      expect(receiver.events).to.deep.equal([`too long ${'x'.repeat(11)}\r\nshort\r\n`]);
    });

    // Twisted: LineReceiverLineLengthExceededTests.test_multipleLongLines
    it('what `lineLengthExceeded()` puts back is delivered at once', () => {
      class Skipping extends Lenient {
        override lineLengthExceeded(line: Buffer): void {
          super.lineLengthExceeded(line.subarray(0, 3));
          this.setLineMode(line.subarray(line.indexOf('\r\n') + 2));
        }
      }
      const { receiver } = connected(Skipping);
      receiver.MAX_LENGTH = 5;
      receiver.dataReceived(bytes('123456\r\nnext\r\n654321\r\nlast\r\n'));
      expect(receiver.events).to.deep.equal(['too long 123', 'next', 'too long 654', 'last']);
    });

    it('raw mode, set in `lineLengthExceeded()`, has what is put back', () => {
      class Raw extends Recorder {
        override lineLengthExceeded(line: Buffer): void {
          this.setLineMode(line);
          this.setRawMode();
        }
      }
      const { receiver } = connected(Raw);
      receiver.MAX_LENGTH = 5;
      receiver.dataReceived(bytes('123456\r\nnext\r\n'));
      expect(receiver.events).to.deep.equal(['raw 123456\r\nnext\r\n']);
    });

    it('`lineLengthExceeded()` gets several lines that are too long at once', () => {
      const { receiver } = connected(Small);
      const line = `${'x'.repeat(11)}\r\n`;
      receiver.dataReceived(bytes(line + line));
      expect(receiver.events).to.deep.equal([`too long ${line}${line}`]);
    });

    it('begins a line with the next bytes if the connection is not closed for it', () => {
      const { receiver, transport } = connected(Small);
      receiver.dataReceived(bytes('x'.repeat(12)));
      receiver.dataReceived(bytes('next\r\n'));
      expect(receiver.events).to.deep.equal([`too long ${'x'.repeat(12)}`, 'next']);
      expect(transport.disconnecting).to.equal(false);
    });
  });

  describe('raw mode', () => {
    it('changes at once, within a piece of input, both ways', () => {
      const { receiver } = connected(Recorder);
      receiver.onLine = (line) => line === 'raw' && receiver.setRawMode();
      receiver.onRaw = (data) => receiver.setLineMode(data.subarray(3));
      receiver.dataReceived(bytes('one\r\nraw\r\nabctwo\r\nthree\r\n'));
      expect(receiver.events).to.deep.equal(['one', 'raw', 'raw abctwo\r\nthree\r\n', 'two', 'three']);
      expect(receiver.lineMode).to.equal(true);
    });

    /** Lines of digits, each of which announces so many raw bytes. */
    class Bodies extends Recorder {
      #missing = 0;

      override lineReceived(line: Buffer): undefined {
        this.#missing = Number(line);
        this.events.push('');
        if (this.#missing > 0) this.setRawMode();
      }

      override rawDataReceived(data: Buffer): void {
        const body = data.subarray(0, this.#missing);
        this.events.push(`${String(this.events.pop())}${body.toString('latin1')}`);
        this.#missing -= body.length;
        if (this.#missing === 0) this.setLineMode(data.subarray(body.length));
      }
    }

    it('finds the same bodies however the input is cut', () => {
      fc.assert(
        fc.property(fc.array(fc.nat(30)), fc.array(fc.nat(500)), (lengths, places) => {
          const bodies = lengths.map((length, i) => String.fromCharCode(97 + (i % 26)).repeat(length));
          const input = bytes(bodies.map((body) => `${body.length}\r\n${body}`).join(''));
          for (const cut of [[input], bytewise(input), cutAt(input, places)]) {
            const { receiver } = connected(Bodies);
            for (const piece of cut) receiver.dataReceived(Buffer.from(piece));
            expect(receiver.events).to.deep.equal(bodies);
          }
        }),
      );
    });

    it('takes thousands of changes in one piece without recursion', () => {
      const { receiver } = connected(Bodies);
      receiver.dataReceived(bytes('1\r\nx'.repeat(20_000)));
      expect(receiver.events).to.have.length(20_000);
    });

    it('`setLineMode(extra)` outside of a callback delivers the lines in `extra`', () => {
      const { receiver } = connected(Recorder);
      receiver.setRawMode();
      receiver.dataReceived(bytes('abc'));
      receiver.setLineMode(bytes('one\r\ntw'));
      receiver.dataReceived(bytes('o\r\n'));
      expect(receiver.events).to.deep.equal(['raw abc', 'one', 'two']);
    });

    it('has to be overridden, and says so', () => {
      class Plain extends LineReceiver<PausableTransport> {
        override lineReceived(): void {
          this.setRawMode();
        }
      }
      const plain = new Plain();
      plain.makeConnection(new PausableTransport());
      // Twisted: LineReceiverTests.test_rawDataReceivedNotImplemented
      expect(() => plain.dataReceived(bytes('\r\nx'))).to.throw(Error, 'Plain is in raw mode');
    });
  });

  // Twisted: LineReceiverTests.test_clearLineBuffer
  it('`clearLineBuffer()` within lineReceived takes the rest, and the delivery ends', () => {
    const { receiver } = connected(Recorder);
    let rest = '';
    receiver.onLine = (line) => {
      if (line === 'foo') rest = receiver.clearLineBuffer().toString();
    };
    receiver.dataReceived(bytes('foo\r\nbar\r\nbaz'));
    expect([receiver.events, rest]).to.deep.equal([['foo'], 'bar\r\nbaz']);
    receiver.dataReceived(bytes('spam\r\n'));
    expect(receiver.events).to.deep.equal(['foo', 'spam']);
  });

  describe('pausing', () => {
    it('stops the delivery at once; resuming delivers the rest before it returns, and no line twice', () => {
      const { receiver, transport } = connected(Recorder);
      receiver.onLine = (line) => line === 'pause' && receiver.pauseProducing();
      receiver.dataReceived(bytes('one\r\npause\r\ntwo\r\nthr'));
      expect(receiver.events).to.deep.equal(['one', 'pause']);
      expect([receiver.paused, transport.reading]).to.deep.equal([true, false]);
      receiver.dataReceived(bytes('ee\r\n'));
      receiver.dataReceived(bytes('pause\r\nfour\r\n'));
      expect(receiver.events).to.deep.equal(['one', 'pause']);
      receiver.resumeProducing();
      expect(receiver.events).to.deep.equal(['one', 'pause', 'two', 'three', 'pause']);
      receiver.resumeProducing();
      expect(receiver.events.slice(5)).to.deep.equal(['four']);
      expect([receiver.paused, transport.reading]).to.deep.equal([false, true]);
    });

    it('holds in raw mode too', () => {
      const { receiver } = connected(Recorder);
      receiver.setRawMode();
      receiver.onRaw = () => receiver.pauseProducing();
      receiver.dataReceived(bytes('one'));
      receiver.dataReceived(bytes('two'));
      expect(receiver.events).to.deep.equal(['raw one']);
      receiver.resumeProducing();
      expect(receiver.events).to.deep.equal(['raw one', 'raw two']);
    });

    it('may be paused and resumed within lineReceived, any number of times', () => {
      const { receiver } = connected(Recorder);
      receiver.onLine = () => {
        receiver.pauseProducing();
        receiver.resumeProducing();
      };
      receiver.dataReceived(bytes('x\r\n'.repeat(20_000)));
      expect(receiver.events).to.have.length(20_000);
    });

    // Twisted: LineReceiverTests.test_stopProducing
    it('`stopProducing()` within lineReceived closes, and nothing more is delivered', () => {
      const { receiver, transport } = connected(Recorder);
      receiver.onLine = () => receiver.stopProducing();
      receiver.dataReceived(bytes('one\r\ntwo\r\nthree\r\n'));
      receiver.dataReceived(bytes('four\r\n'));
      receiver.resumeProducing();
      expect(receiver.events).to.deep.equal(['one']);
      expect(transport.disconnecting).to.equal(true);
    });
  });

  describe('the end', () => {
    it('delivers no line after loseConnection, those that came before it included', () => {
      const { receiver, transport } = connected(Recorder);
      receiver.onLine = () => transport.loseConnection();
      receiver.dataReceived(bytes('one\r\ntwo\r\n'));
      receiver.dataReceived(bytes('three\r\n'));
      expect(receiver.events).to.deep.equal(['one']);
      expect(receiver.clearLineBuffer()).to.have.length(0);
    });

    it('delivers no line after the connection is over', () => {
      const { receiver, transport } = connected(Recorder);
      receiver.onLine = () => (transport.connected = false);
      receiver.dataReceived(bytes('one\r\ntwo\r\n'));
      expect(receiver.events).to.deep.equal(['one']);
    });
  });

  describe('errors', () => {
    it('goes on with the next line after a callback has thrown', () => {
      const { receiver } = connected(Recorder);
      receiver.onLine = (line) => {
        if (line === 'bad') throw new Error('mine');
      };
      expect(() => receiver.dataReceived(bytes('one\r\nbad\r\ntwo\r\n'))).to.throw('mine');
      receiver.dataReceived(bytes(''));
      expect(receiver.events).to.deep.equal(['one', 'bad', 'two']);
    });

    it('logs what is thrown while resuming, once, and closes the connection with it', () => {
      using recording = new LogRecording();
      const { receiver, transport } = connected(Recorder);
      const mine = new Error('mine');
      receiver.onLine = (line) => {
        if (line === 'bad') throw mine;
        receiver.pauseProducing();
      };
      receiver.dataReceived(bytes('one\r\nbad\r\ntwo\r\n'));
      receiver.resumeProducing();
      expect(receiver.events).to.deep.equal(['one', 'bad']);
      expect(transport.reason).to.equal(mine);
      expect(recording.records.map(({ properties }) => properties['error'])).to.deep.equal([mine]);
    });

    it('logs the rejection of an async callback, once, and closes the connection with it', async () => {
      using recording = new LogRecording();
      const { receiver, transport } = connected(Recorder);
      const mine = new Error('mine');
      receiver.onLine = (line) => (line === 'bad' ? Promise.reject(mine) : Promise.resolve());
      receiver.dataReceived(bytes('one\r\nbad\r\ntwo\r\n'));
      await new Promise((resolve) => setImmediate(resolve));
      expect(receiver.events).to.deep.equal(['one', 'bad', 'two']);
      expect(transport.reason).to.equal(mine);
      expect(recording.records.map(({ properties }) => properties['error'])).to.deep.equal([mine]);
    });
  });

  it('keeps no more than the limit, a delimiter and a piece of input, whatever comes', () => {
    fc.assert(
      fc.property(fc.array(fc.uint8Array({ maxLength: 40 }), { maxLength: 40 }), (pieces) => {
        class Small extends Recorder {
          override MAX_LENGTH = 16;
          override delimiter = Buffer.of(7, 0);
        }
        const { receiver, transport } = connected(Small);
        for (const piece of pieces) {
          receiver.dataReceived(Buffer.from(piece));
          if (transport.disconnecting) break;
        }
        const { length } = receiver.clearLineBuffer();
        expect(length).to.be.at.most(transport.disconnecting ? 0 : 17);
      }),
    );
  });
});

describe('LineOnlyReceiver', () => {
  class Shout extends LineOnlyReceiver<PausableTransport> {
    override MAX_LENGTH = 5;

    override lineReceived(line: Buffer): void {
      this.sendLine(bytes(line.toString().toUpperCase()));
      if (line.length === 0) this.transport.loseConnection();
    }
  }

  it('delivers lines until the connection is closed', () => {
    const shout = new Shout();
    const transport = new PausableTransport();
    shout.makeConnection(transport);
    shout.dataReceived(bytes('one\r\nt'));
    shout.dataReceived(bytes('wo\r\n\r\nthree\r\n'));
    expect(transport.text).to.equal('ONE\r\nTWO\r\n\r\n');
  });

  it('closes the connection for a line that is too long, with a reason', () => {
    const shout = new Shout();
    const transport = new PausableTransport();
    shout.makeConnection(transport);
    shout.dataReceived(bytes('one\r\ntoo long'));
    expect(transport.text).to.equal('ONE\r\n');
    expect(transport.reason).to.be.instanceOf(LineTooLongError);
  });
});
