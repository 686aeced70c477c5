/* eslint-disable @typescript-eslint/unbound-method -- a state is called with its protocol as `this` */
import { expect } from 'chai';
import fc from 'fast-check';
import { type NextState, StatefulProtocol } from '../../src/protocols/index.js';
import { LogCapture } from '../../src/testing/index.js';
import { FakeConnection } from '../tcp/fake-connection.js';

/** Messages with their length in front, in two bytes. */
class Messages extends StatefulProtocol {
  readonly messages: string[] = [];

  override getInitialState(): NextState {
    return [this.header, 2];
  }

  header(data: Buffer): NextState {
    return [this.body, data.readUInt16BE()];
  }

  body(data: Buffer): NextState {
    this.messages.push(data.toString('latin1'));
    return [this.header, 2];
  }
}

function encode(messages: readonly string[]): Buffer {
  return Buffer.concat(
    messages.map((message) => {
      const data = Buffer.alloc(2 + message.length);
      data.writeUInt16BE(message.length);
      data.write(message, 2, 'latin1');
      return data;
    }),
  );
}

function start<P extends StatefulProtocol>(protocol: P): { protocol: P; connection: FakeConnection } {
  const connection = new FakeConnection();
  connection.start(protocol);
  return { protocol, connection };
}

/** A protocol with one state, which is called with what it asks for. */
class Single extends StatefulProtocol {
  readonly pieces: string[] = [];
  constructor(
    readonly bytes: number,
    readonly answer: (self: Single) => NextState | undefined | void = () => undefined,
  ) {
    super();
  }
  override getInitialState(): NextState {
    return [this.state, this.bytes];
  }
  state(data: Buffer): NextState | undefined | void {
    this.pieces.push(data.toString());
    return this.answer(this);
  }
}

describe('StatefulProtocol', () => {
  it('calls each state with as many bytes as it asked for, itself being `this`', () => {
    const { protocol, connection } = start(new Messages());
    connection.dataReceived(encode(['hello', 'world']));
    expect(protocol.messages).to.deep.equal(['hello', 'world']);
  });

  it('delivers the same however the bytes are cut', () => {
    const messages = fc.array(fc.string({ unit: 'binary-ascii', maxLength: 40 }), { maxLength: 12 });
    fc.assert(
      fc.property(messages, fc.array(fc.integer({ min: 1, max: 30 })), (sent, cuts) => {
        const { protocol } = start(new Messages());
        let rest = encode(sent);
        for (const cut of [...cuts, Infinity]) {
          if (rest.length > 0) protocol.dataReceived(rest.subarray(0, cut));
          rest = rest.subarray(cut);
        }
        expect(protocol.messages).to.deep.equal(sent);
      }),
    );
  });

  it('delivers the same byte by byte', () => {
    const { protocol, connection } = start(new Messages());
    for (const byte of encode(['', 'abc', ''])) connection.dataReceived(Buffer.from([byte]));
    expect(protocol.messages).to.deep.equal(['', 'abc', '']);
  });

  it('stays in a state that answers nothing', () => {
    const { protocol, connection } = start(new Single(3));
    connection.receive('aaabbbcc');
    connection.receive('c');
    expect(protocol.pieces).to.deep.equal(['aaa', 'bbb', 'ccc']);
  });

  it('calls no state after loseConnection or abortConnection', () => {
    for (const end of ['loseConnection', 'abortConnection'] as const) {
      const { protocol, connection } = start(new Single(1, ({ transport }) => transport[end]()));
      connection.receive('abc');
      expect(protocol.pieces).to.deep.equal(['a']);
    }
  });

  it('loses the connection when a state asks for what is no number of bytes', () => {
    using log = new LogCapture();
    for (const bytes of [-1, 1.5, NaN, Infinity]) {
      const { connection } = start(new Single(1, (self) => [self.state, bytes]));
      connection.receive('a');
      expect(connection.endings[0]?.value).to.be.instanceOf(RangeError);
    }
    expect(log.flushErrors()).to.have.length(4);
  });

  it('loses the connection when a state would be called for nothing, for ever', () => {
    using log = new LogCapture();
    const { connection, protocol } = start(new Single(0));
    connection.receive('a');
    expect(protocol.pieces).to.deep.equal(['']);
    expect(log.flushErrors()).to.have.length(1);
  });

  it('knows its initial state in connectionMade, where data may come at once', () => {
    const { protocol } = start(
      new (class extends Single {
        override connectionMade(): void {
          this.dataReceived(Buffer.from('xy'));
        }
      })(2),
    );
    expect(protocol.pieces).to.deep.equal(['xy']);
  });

  it('holds as much as has come, however small the pieces', () => {
    const { protocol } = start(new Single(200_000));
    const before = memoryUsed();
    for (let index = 0; index < 199_999; index += 1) protocol.dataReceived(Buffer.from('x'));
    expect(memoryUsed() - before).to.be.below(4 * 200_000);
    protocol.dataReceived(Buffer.from('y'));
    expect(protocol.pieces).to.deep.equal([`${'x'.repeat(199_999)}y`]);
  });

  it('keeps no big piece of input for the few bytes that are left of it', () => {
    const stores: number[] = [];
    const { protocol } = start(
      new (class extends StatefulProtocol {
        override getInitialState(): NextState {
          return [this.state, 100];
        }
        state(data: Buffer): void {
          stores.push(data.buffer.byteLength);
        }
      })(),
    );
    protocol.dataReceived(Buffer.alloc(1_000_001));
    protocol.dataReceived(Buffer.alloc(99));
    expect(stores).to.have.length(10_001);
    // Node 26 makes its pool a little bigger than it says.
    expect(stores.at(-1)).to.be.below(2 * Buffer.poolSize);
  });
});

function memoryUsed(): number {
  global.gc?.();
  return process.memoryUsage().heapUsed;
}
