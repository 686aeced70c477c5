import { expect } from 'chai';
import {
  Int16StringReceiver,
  Int32StringReceiver,
  Int8StringReceiver,
  type IntNStringReceiver,
  LengthLimitExceededError,
  NetstringParseError,
  NetstringReceiver,
  StatefulStringProtocol,
  StringTooLongError,
} from '../../src/protocols/index.js';
import { PausableTransport } from './pausable-transport.js';
import { bytewise } from './pieces.js';

const bytes = (text: string): Buffer => Buffer.from(text, 'latin1');

interface Receiver {
  MAX_LENGTH: number;
  makeConnection(transport: PausableTransport): unknown;
  dataReceived(data: Buffer): unknown;
  readonly strings: string[];
}

function connect<R extends Receiver>(
  receiver: R,
  maxLength?: number,
): [receiver: R, transport: PausableTransport] {
  const transport = new PausableTransport();
  if (maxLength !== undefined) receiver.MAX_LENGTH = maxLength;
  receiver.makeConnection(transport);
  return [receiver, transport];
}

function feedBytewise(receiver: Receiver, input: Buffer): void {
  for (const byte of bytewise(input)) receiver.dataReceived(Buffer.from(byte));
}

class Netstrings extends NetstringReceiver<PausableTransport> {
  readonly strings: string[] = [];

  override stringReceived(string: Buffer): void {
    this.strings.push(string.toString('latin1'));
  }
}

class Int8 extends Int8StringReceiver<PausableTransport> {
  readonly strings: string[] = [];

  override stringReceived(string: Buffer): void {
    this.strings.push(string.toString('latin1'));
  }
}

class Int16 extends Int16StringReceiver<PausableTransport> {
  readonly strings: string[] = [];

  override stringReceived(string: Buffer): void {
    this.strings.push(string.toString('latin1'));
  }
}

class Int32 extends Int32StringReceiver<PausableTransport> {
  readonly strings: string[] = [];
  onString: ((string: string) => void) | undefined;

  override stringReceived(string: Buffer): void {
    this.strings.push(string.toString('latin1'));
    this.onString?.(string.toString('latin1'));
  }
}

describe('NetstringReceiver', () => {
  const good: readonly [input: string, strings: string[]][] = [
    ['0:,', ['']], // Twisted: NetstringReceiverTests.test_receiveEmptyNetstring
    ['1:a,', ['a']], // Twisted: NetstringReceiverTests.test_receiveOneCharacter
    ['2:ab,', ['ab']], // Twisted: NetstringReceiverTests.test_receiveTwoCharacters, NetstringReceiverTests.test_receiveNetstringPortions_3
    ['4:1:a,,', ['1:a,']], // Twisted: NetstringReceiverTests.test_receiveNestedNetstring
  ];
  for (const [input, strings] of good) {
    it(`delivers ${input} as a whole and byte by byte`, () => {
      const [whole] = connect(new Netstrings());
      whole.dataReceived(bytes(input));
      expect(whole.strings).to.deep.equal(strings);
      const [cut, transport] = connect(new Netstrings());
      feedBytewise(cut, bytes(input));
      expect(cut.strings).to.deep.equal(strings);
      expect([transport.disconnecting, cut.brokenPeer]).to.deep.equal([false, false]);
    });
  }

  const bad: readonly [input: string, error: new (...args: never[]) => Error][] = [
    ['2:aaa,', NetstringParseError], // Twisted: NetstringReceiverTests.test_moreDataThanSpecified
    ['0:a,', NetstringParseError], // Twisted: NetstringReceiverTests.test_moreDataThanSpecifiedBorderCase
    ['3aaa,', NetstringParseError], // Twisted: NetstringReceiverTests.test_missingColon
    ['aaa,', NetstringParseError], // Twisted: NetstringReceiverTests.test_missingNumberAndColon
    ['aaa', NetstringParseError], // Twisted: NetstringReceiverTests.test_onlyData
    ['9999999999999999999999', LengthLimitExceededError],
    ['abc', NetstringParseError],
    ['4:abcde', NetstringParseError],
    ['51:aaaaaaaaaaaa', LengthLimitExceededError],
  ];
  for (const [input, error] of bad) {
    // Twisted: LPTestCaseMixin.test_illegal
    it(`closes the connection for ${input}, with a reason, as a whole and byte by byte`, () => {
      for (const feed of [
        (r: Receiver) => r.dataReceived(bytes(input)),
        (r: Receiver) => feedBytewise(r, bytes(input)),
      ]) {
        const [receiver, transport] = connect(new Netstrings(), 50);
        feed(receiver);
        expect([transport.disconnecting, receiver.brokenPeer]).to.deep.equal([true, true]);
        expect(transport.reason).to.be.instanceOf(error);
        expect(receiver.strings).to.deep.equal([]);
      }
    });
  }

  // Twisted: NetstringReceiverTests.test_receiveTwoNetstrings
  it('delivers a string at once, and the next one when it is complete', () => {
    const [receiver] = connect(new Netstrings());
    receiver.dataReceived(bytes('1:a,1'));
    expect(receiver.strings).to.deep.equal(['a']);
    receiver.dataReceived(bytes(':b,'));
    expect(receiver.strings).to.deep.equal(['a', 'b']);
  });

  // Twisted: NetstringReceiverTests.test_maxReceiveLimit, NetstringReceiverTests.test_consumeLengthBorderCase1
  // Twisted: NetstringReceiverTests.test_consumeLengthBorderCase2, NetstringReceiverTests.test_consumeLengthBorderCase3
  it('takes a string of MAX_LENGTH bytes, and refuses longer ones before they come', () => {
    const [exact, still] = connect(new Netstrings(), 11);
    exact.dataReceived(bytes('11:12345678901,'));
    expect([exact.strings, still.disconnecting]).to.deep.equal([['12345678901'], false]);
    for (const length of [12, 1000]) {
      const [receiver, transport] = connect(new Netstrings(), 11);
      receiver.dataReceived(bytes(`${length}:`));
      expect(transport.disconnecting).to.equal(true);
      expect(transport.reason).to.be.instanceOf(LengthLimitExceededError).and.include({ limit: 11 });
    }
    expect(new Netstrings().MAX_LENGTH).to.equal(99_999);
  });

  it('`sendString()` writes a netstring', () => {
    const [receiver, transport] = connect(new Netstrings());
    receiver.sendString(bytes('hello'));
    receiver.sendString(bytes(''));
    expect(transport.text).to.equal('5:hello,0:,');
    expect(() => receiver.sendString('text' as never)).to.throw(TypeError);
    expect(transport.text).to.equal('5:hello,0:,');
  });
});

const SENT = ['a', 'b'.repeat(16), '', 'ubar'];

for (const [Class, prefix] of [
  [Int8, 1],
  [Int16, 2],
  [Int32, 4],
] as const) {
  describe(`${Class.name}StringReceiver`, () => {
    const make = (): Receiver & IntNStringReceiver<PausableTransport> => new Class();
    const framed = (length: number, string = ''): Buffer => {
      const head = Buffer.alloc(prefix);
      head.writeUIntBE(length, 0, prefix);
      return Buffer.concat([head, bytes(string)]);
    };

    // Twisted: IntNTestCaseMixin.test_receive
    it('delivers exactly the strings that were sent, byte by byte', () => {
      const [receiver] = connect(make());
      for (const string of SENT) feedBytewise(receiver, framed(string.length, string));
      expect(receiver.strings).to.deep.equal(SENT);
    });

    // Twisted: IntNTestCaseMixin.test_send, Int32Tests.test_data, Int8Tests.test_data
    it('`sendString()` writes the length, most significant byte first, and the string', () => {
      const [receiver, transport] = connect(make());
      receiver.sendString(bytes('foo'));
      expect(transport.text).to.equal(`${'\0'.repeat(prefix - 1)}\x03foo`);
      receiver.dataReceived(bytes(`${'\0'.repeat(prefix - 1)}\x04ubar`));
      expect(receiver.strings).to.deep.equal(['ubar']);
    });

    // Twisted: LPTestCaseMixin.test_illegal
    it('closes the connection for a prefix above MAX_LENGTH, byte by byte, with a reason', () => {
      const [receiver, transport] = connect(make(), 50);
      feedBytewise(receiver, framed(51, 'aaaaaa'));
      expect(transport.disconnecting).to.equal(true);
      expect(transport.reason)
        .to.be.instanceOf(LengthLimitExceededError)
        .and.include({ length: 51, limit: 50 });
    });

    class Lenient extends (Class as typeof Int8) {
      readonly exceeded: unknown[] = [];

      override lengthLimitExceeded(length: number): void {
        this.exceeded.push(length, this.recvd.toString('latin1'));
      }
    }

    // Twisted: IntNTestCaseMixin.test_lengthLimitExceeded, RecvdAttributeMixin.test_recvdInLengthLimitExceeded
    it('`lengthLimitExceeded()` is called as soon as the prefix is there, which is still in `recvd`', () => {
      const [receiver] = connect(new Lenient(), 10);
      receiver.dataReceived(framed(11));
      expect(receiver.exceeded).to.deep.equal([11, framed(11).toString('latin1')]);
    });

    // Twisted: IntNTestCaseMixin.test_longStringNotDelivered
    it('delivers nothing of a string that is too long and came whole', () => {
      const [receiver] = connect(new Lenient(), 10);
      receiver.dataReceived(Buffer.concat([framed(11, 'x'.repeat(11)), framed(1, 'y')]));
      expect(receiver.strings).to.deep.equal([]);
    });

    // Twisted: Int8Tests.test_tooLongSend
    if (prefix < 4)
      it('`sendString()` throws for a string whose length the prefix cannot say', () => {
        const [receiver, transport] = connect(make());
        const limit = 2 ** (8 * prefix) - 1;
        expect(() => receiver.sendString(Buffer.alloc(limit + 2)))
          .to.throw(StringTooLongError)
          .that.includes({ length: limit + 2, limit });
        expect(transport.text).to.equal('');
        receiver.sendString(Buffer.alloc(limit));
        expect(transport.text).to.have.length(limit + prefix);
      });
  });
}

describe('`recvd`', () => {
  const framed = (string: string): Buffer =>
    Buffer.concat([Buffer.of(0, 0, 0, string.length), bytes(string)]);

  // Twisted: RecvdAttributeMixin.test_recvdContainsRemainingData
  it('holds what came after the string', () => {
    const [receiver] = connect(new Int32());
    let rest = '';
    receiver.onString = () => (rest = receiver.recvd.toString());
    receiver.dataReceived(Buffer.concat([framed('a'), bytes('\0\0')]));
    expect(rest).to.equal('\0\0');
  });

  // Twisted: RecvdAttributeMixin.test_recvdChanged
  it('may be replaced within lengthLimitExceeded, and is delivered at once', () => {
    class Skipping extends Int8 {
      override lengthLimitExceeded(): void {
        this.strings.push('too long');
        this.recvd = this.recvd.subarray(1);
      }
    }
    const [receiver] = connect(new Skipping(), 3);
    receiver.dataReceived(bytes('\x04\x05\x02ab\x01'));
    receiver.dataReceived(bytes('c'));
    expect(receiver.strings).to.deep.equal(['too long', 'too long', 'ab', 'c']);
  });

  it('may stay as it is in lengthLimitExceeded, which is then called for each piece that comes', () => {
    let calls = 0;
    class Patient extends Int8 {
      override lengthLimitExceeded(): void {
        calls += 1;
      }
    }
    const [receiver] = connect(new Patient(), 3);
    receiver.dataReceived(bytes('\x04'));
    receiver.dataReceived(bytes('abcd'));
    expect([calls, receiver.strings]).to.deep.equal([2, []]);
  });

  it('may be replaced within stringReceived', () => {
    const [receiver] = connect(new Int32());
    receiver.onString = (string) => {
      if (string === 'a') receiver.recvd = framed('instead');
    };
    receiver.dataReceived(Buffer.concat([framed('a'), framed('b')]));
    expect(receiver.strings).to.deep.equal(['a', 'instead']);
  });

  // Twisted: RecvdAttributeMixin.test_switching
  it('may be cut, and what is left goes on with what comes later', () => {
    const [receiver] = connect(new Int32());
    const raw: string[] = [];
    receiver.onString = () => {
      raw.push(receiver.recvd.subarray(0, 3).toString());
      receiver.recvd = receiver.recvd.subarray(3);
    };
    receiver.dataReceived(Buffer.concat([framed('a'), bytes('xyz'), framed('b'), bytes('uvw\0')]));
    receiver.dataReceived(Buffer.concat([bytes('\0\0\x01c'), bytes('rst')]));
    expect(receiver.strings).to.deep.equal(['a', 'b', 'c']);
    expect(raw).to.deep.equal(['xyz', 'uvw', 'rst']);
  });
});

describe('StatefulStringProtocol', () => {
  class Login extends StatefulStringProtocol(Int8StringReceiver<PausableTransport>) {
    readonly strings: string[] = [];

    proto_init(name: Buffer): string {
      this.strings.push(`name ${name.toString()}`);
      return name.length > 0 ? 'password' : 'init';
    }

    proto_password(password: Buffer): string | undefined {
      this.strings.push(`password ${password.toString()}`);
      return { secret: 'done', lost: 'nowhere' }[password.toString()];
    }
  }

  it('sends each string to the method of its state, and closes the connection when it is done', () => {
    const [login, transport] = connect(new Login());
    login.dataReceived(bytes('\0\x02me\x06secret\x02me'));
    expect(login.strings).to.deep.equal(['name ', 'name me', 'password secret']);
    expect([login.state, transport.disconnecting]).to.deep.equal(['done', true]);
  });

  it('throws where there is no such method', () => {
    const [login] = connect(new Login());
    expect(() => login.dataReceived(bytes('\x02me\x04lost\0'))).to.throw(
      Error,
      'Login has no method proto_nowhere',
    );
  });

  it('throws when a method names no next state', () => {
    const [login] = connect(new Login());
    expect(() => login.dataReceived(bytes('\x02me\x05wrong'))).to.throw(
      TypeError,
      'Login.proto_password must return',
    );
  });
});
