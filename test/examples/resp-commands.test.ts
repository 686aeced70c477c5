import { expect } from 'chai';
import { runCommand } from '../../examples/resp-commands.js';
import { RespStore } from '../../examples/resp-store.js';

/** A store with a clock of its own, asked in words. */
class Session {
  nowMs = 0;
  readonly #store: RespStore;

  constructor(maxBytes?: number) {
    this.#store = new RespStore(() => this.nowMs, maxBytes);
  }

  ask(...words: readonly string[]): string {
    return runCommand(this.#store, words);
  }

  sweep(): void {
    this.#store.sweep();
  }
}

describe("The RESP server's commands", () => {
  it('answer PING and ECHO, in any case of letters', () => {
    const { ask } = bound(new Session());
    expect(ask('PING')).to.equal('+PONG\r\n');
    expect(ask('ping', 'hi')).to.equal('$2\r\nhi\r\n');
    expect(ask('Echo', '')).to.equal('$0\r\n\r\n');
    expect(ask('ECHO', 'x'.repeat(1000))).to.equal(`$1000\r\n${'x'.repeat(1000)}\r\n`);
  });

  it('keep and delete values, of any bytes', () => {
    const { ask } = bound(new Session());
    expect(ask('GET', 'a')).to.equal('$-1\r\n');
    expect(ask('SET', 'a\xff', '\0\r\n')).to.equal('+OK\r\n');
    expect(ask('GET', 'a\xff')).to.equal('$3\r\n\0\r\n\r\n');
    ask('SET', 'b', '2');
    expect(ask('DEL', 'a\xff', 'b', 'c')).to.equal(':2\r\n');
    expect(ask('GET', 'b')).to.equal('$-1\r\n');
  });

  it('forget values when their time is over', () => {
    const session = new Session();
    const { ask } = bound(session);
    ask('SET', 'a', '1', 'EX', '2');
    ask('SET', 'b', '1', 'px', '1500');
    expect([ask('TTL', 'a'), ask('TTL', 'b'), ask('TTL', 'c')]).to.deep.equal([
      ':2\r\n',
      ':2\r\n',
      ':-2\r\n',
    ]);
    session.nowMs = 1500;
    expect([ask('GET', 'a'), ask('GET', 'b')]).to.deep.equal(['$1\r\n1\r\n', '$-1\r\n']);
    ask('SET', 'a', '1');
    expect(ask('TTL', 'a')).to.equal(':-1\r\n');
    expect([ask('EXPIRE', 'a', '1'), ask('EXPIRE', 'c', '1')]).to.deep.equal([':1\r\n', ':0\r\n']);
    session.nowMs = 2500;
    expect(ask('GET', 'a')).to.equal('$-1\r\n');
  });

  it('count, and leave the time to live alone', () => {
    const { ask } = bound(new Session());
    expect(ask('INCR', 'a')).to.equal(':1\r\n');
    ask('SET', 'a', '9007199254740993', 'EX', '5');
    expect([ask('INCR', 'a'), ask('TTL', 'a')]).to.deep.equal([':9007199254740994\r\n', ':5\r\n']);
    for (const value of ['x', '', '1.5', '01', '9223372036854775808']) {
      ask('SET', 'a', value);
      expect(ask('INCR', 'a')).to.equal('-ERR value is not an integer or out of range\r\n');
    }
    ask('SET', 'a', '9223372036854775807');
    expect(ask('INCR', 'a')).to.equal('-ERR increment or decrement would overflow\r\n');
  });

  it('answer what is wrong with an error, on one line', () => {
    const { ask } = bound(new Session());
    expect(ask('NO\r\nSUCH')).to.equal("-ERR unknown command 'NO??SUCH'\r\n");
    expect(ask('GET')).to.equal("-ERR wrong number of arguments for 'get' command\r\n");
    expect(ask('SET', 'a', '1', 'EX')).to.equal('-ERR syntax error\r\n');
    expect(ask('SET', 'a', '1', 'XX', '1')).to.equal('-ERR syntax error\r\n');
    expect(ask('SET', 'a', '1', 'EX', '0')).to.equal("-ERR invalid expire time in 'set' command\r\n");
  });

  it('keep no more than there is room for, and have room again for what was forgotten', () => {
    const session = new Session(10);
    const { ask } = bound(session);
    ask('SET', 'a', '12345', 'PX', '1');
    expect(ask('SET', 'b', '1234')).to.match(/^-OOM /);
    expect(ask('SET', 'a', '123456789', 'PX', '1')).to.equal('+OK\r\n');
    session.nowMs = 1;
    session.sweep();
    expect(ask('SET', 'b', '123456789')).to.equal('+OK\r\n');
    expect(ask('SET', 'b', '1')).to.equal('+OK\r\n');
    expect(ask('SET', 'c', '1234567')).to.equal('+OK\r\n');
  });
});

function bound(session: Session): { ask: (...words: readonly string[]) => string } {
  return { ask: (...words) => session.ask(...words) };
}
