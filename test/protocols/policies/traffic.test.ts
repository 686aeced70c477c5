import { expect } from 'chai';
import {
  SpewingFactory,
  TrafficLoggingFactory,
  type TrafficLoggingOptions,
  type TrafficSink,
} from '../../../src/protocols/index.js';
import { trafficText } from '../../../src/protocols/policies/traffic-text.js';
import { LogCapture } from '../../../src/testing/index.js';
import { RecordingFactory, type RecordingProtocol } from '../../../src/testing/conformance/index.js';
import { FakeConnection } from '../../tcp/fake-connection.js';

/** Keeps its lines. */
class Lines implements TrafficSink {
  text = '';
  ended = 0;
  write(line: string): void {
    this.text += line;
  }
  end(): void {
    this.ended += 1;
  }
}

function scene(options?: TrafficLoggingOptions): {
  sinks: Lines[];
  factory: TrafficLoggingFactory<RecordingProtocol>;
  connect: () => { connection: FakeConnection; inner: RecordingProtocol };
} {
  const sinks: Lines[] = [];
  const openSink = (number: number): TrafficSink => (sinks[number] = new Lines());
  const factory = new TrafficLoggingFactory(new RecordingFactory(), openSink, options);
  const connect = (): { connection: FakeConnection; inner: RecordingProtocol } => {
    const connection = new FakeConnection();
    const wrapper = factory.buildProtocol(connection.getPeer())!;
    connection.start(wrapper);
    return { connection, inner: wrapper.wrappedProtocol };
  };
  return { sinks, factory, connect };
}

describe('TrafficLoggingFactory', () => {
  it('logs that a file is sent, not what is in it', () => {
    const { sinks, connect } = scene();
    const { connection, inner } = connect();
    void inner.transport.sendFile(3, 10, 20);
    connection.flush();
    expect(sinks[1]?.text).to.equal('SF 1: 20 bytes of a file, from 10 on\n');
    expect(connection.output).to.have.length(20);
  });

  // Twisted: LoggingFactoryTests.test_thingsGetLogged
  it('logs what comes, what is written, and the end', () => {
    const { sinks, connect } = scene();
    const { connection, inner } = connect();
    connection.receive('here are some bytes\r\n');
    inner.transport.write(Buffer.from('prepare for "more"'));
    inner.transport.writeSequence([Buffer.from('here'), Buffer.from([0, 255])]);
    inner.transport.loseConnection();
    connection.flush();
    expect(sinks[1]?.text.split('\n')).to.deep.equal([
      String.raw`C 1: "here are some bytes\r\n"`,
      String.raw`S 1: "prepare for \"more\""`,
      String.raw`SV 1: ["here", "\u0000ÿ"]`,
      'S 1: *',
      `C 1: ${String(inner.reason)}`,
      '',
    ]);
    expect(sinks[1]?.ended).to.equal(1);
    expect(connection.output).to.equal('prepare for "more"here\u0000ÿ');
  });

  // Twisted: LoggingFactoryTests.test_loggingFactoryOpensLogfileAutomatically
  // Twisted: LoggingFactoryTests.test_counter
  it('opens a sink for each connection, with its number', () => {
    const { sinks, factory, connect } = scene();
    connect();
    connect();
    expect([Object.keys(sinks), factory.counter]).to.deep.equal([['1', '2'], 2]);
    factory.resetCounter();
    expect(factory.counter).to.equal(0);
    connect().connection.receive('x');
    expect(sinks[1]?.text).to.equal('C 1: "x"\n');
  });

  it('cuts what is longer than the limit', () => {
    const { sinks, connect } = scene({ lengthLimit: 5 });
    const { connection, inner } = connect();
    connection.receive('12345');
    connection.receive('123456');
    inner.transport.writeSequence([Buffer.from('abcdefg'), Buffer.from('h')]);
    expect(sinks[1]?.text).to.equal('C 1: "12345"\nC 1: "12345"...\nSV 1: ["abcde"..., "h"]\n');
  });

  it('takes sinks without an end, such as one for all connections', () => {
    let text = '';
    const factory = new TrafficLoggingFactory(new RecordingFactory(), (number, address) => {
      text += `${number} is ${String(address)}\n`;
      return { write: (line) => (text += line) };
    });
    const connection = new FakeConnection();
    connection.start(factory.buildProtocol(connection.getPeer())!);
    connection.failed(new Error('gone'));
    expect(text).to.match(/^1 is IPv4Address\(TCP, 127.0.0.1, 1\)\nC 1: \[Failure ConnectionLost/);
  });

  it('goes on without a sink that throws, and logs that once', () => {
    using log = new LogCapture();
    const write = (): never => {
      throw new Error('disk full');
    };
    const factory = new TrafficLoggingFactory(new RecordingFactory(), () => ({ write }));
    const connection = new FakeConnection();
    const wrapper = factory.buildProtocol(connection.getPeer())!;
    connection.start(wrapper);
    connection.receive('a');
    connection.receive('b');
    expect(wrapper.wrappedProtocol.received.toString()).to.equal('ab');
    expect(log.flushErrors()).to.have.length(1);
  });

  it('refuses a connection whose sink cannot be opened', () => {
    const boom = new Error('no such directory');
    const factory = new TrafficLoggingFactory(new RecordingFactory(), () => {
      throw boom;
    });
    expect(() => factory.buildProtocol(new FakeConnection().getPeer())).to.throw(boom);
  });

  it('logs nothing of text that the transport refuses', () => {
    const { sinks, connect } = scene();
    const { inner } = connect();
    expect(() => inner.transport.write('text' as unknown as Buffer)).to.throw(TypeError);
    expect(sinks[1]?.text).to.equal('');
  });
});

describe('trafficText', () => {
  it('shows each byte as one character, whatever the array it stands in', () => {
    const all = Uint8Array.from({ length: 256 }, (_, index) => index);
    expect(JSON.parse(trafficText(all))).to.equal(Buffer.from(all).toString('latin1'));
    expect(trafficText(all.subarray(97, 100))).to.equal('"abc"');
    expect(trafficText(all.subarray(97, 100), 2)).to.equal('"ab"...');
  });
});

describe('SpewingFactory', () => {
  it('logs what comes and what is written, and passes it on', () => {
    using log = new LogCapture();
    const connection = new FakeConnection();
    const wrapper = new SpewingFactory(new RecordingFactory()).buildProtocol(connection.getPeer())!;
    connection.start(wrapper);
    const inner = wrapper.wrappedProtocol;
    connection.receive('hello');
    inner.transport.write(Buffer.from('you'));
    inner.transport.writeSequence([Buffer.from('too'), Buffer.from('\n')]);
    connection.flush();
    expect(log.messages).to.deep.equal([
      'Received: "hello"',
      'Sending: "you"',
      String.raw`Sending: "too" "\n"`,
    ]);
    void inner.transport.sendFile(3, 10, 20);
    expect(log.messages.at(-1)).to.equal('Sending: 20 bytes of a file, from 10 on');
    expect(log.records[0]?.category).to.deep.equal(['heddle', 'protocols', 'traffic']);
    expect([inner.received.toString(), connection.output]).to.deep.equal(['hello', 'youtoo\n']);
  });
});
