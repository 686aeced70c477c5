// The peer to beat: the same commands on node:net, written as one would write them there. It shares nothing with the example but
// what the commands mean.
import { createServer } from 'node:net';

import { announce } from './control.mjs';

const values = new Map();
const deadlines = new Map();

function alive(key) {
  const deadline = deadlines.get(key);
  if (deadline !== undefined && deadline <= performance.now()) {
    values.delete(key);
    deadlines.delete(key);
  }
  return values.has(key);
}

const bulk = (value) => (value === undefined ? '$-1\r\n' : `$${value.length}\r\n${value}\r\n`);

const commands = {
  PING: ([message]) => (message === undefined ? '+PONG\r\n' : bulk(message)),
  ECHO: ([message]) => bulk(message),
  SET([key, value, unit, time]) {
    values.set(key, value);
    if (unit === undefined) deadlines.delete(key);
    else deadlines.set(key, performance.now() + time * (unit.toUpperCase() === 'EX' ? 1000 : 1));
    return '+OK\r\n';
  },
  GET: ([key]) => (alive(key) ? bulk(values.get(key)) : '$-1\r\n'),
  DEL(keys) {
    const deleted = keys.filter((key) => alive(key) && values.delete(key));
    for (const key of keys) deadlines.delete(key);
    return `:${deleted.length}\r\n`;
  },
  INCR([key]) {
    const old = alive(key) ? values.get(key) : '0';
    if (!/^-?\d{1,15}$/.test(old)) return '-ERR value is not an integer or out of range\r\n';
    values.set(key, String(Number(old) + 1));
    return `:${values.get(key)}\r\n`;
  },
  EXPIRE([key, time]) {
    if (!alive(key)) return ':0\r\n';
    deadlines.set(key, performance.now() + time * 1000);
    return ':1\r\n';
  },
  TTL([key]) {
    if (!alive(key)) return ':-2\r\n';
    if (!deadlines.has(key)) return ':-1\r\n';
    return `:${Math.ceil((deadlines.get(key) - performance.now()) / 1000)}\r\n`;
  },
  COMMAND: () => '*0\r\n',
  CONFIG: () => '*0\r\n',
};

// One character is one byte, so strings can be cut and compared without decoding.
createServer({ noDelay: true }, (socket) => {
  let input = '';
  socket.setEncoding('latin1');
  socket.on('error', () => {});
  socket.on('data', (data) => {
    input += data;
    let at = 0;
    let replies = '';
    for (;;) {
      const words = [];
      let next = at;
      let end = input.indexOf('\r\n', next);
      if (end < 0) break;
      let count = Number(input.slice(next + 1, end));
      next = end + 2;
      for (; count > 0; count--) {
        end = input.indexOf('\r\n', next);
        if (end < 0) break;
        const length = Number(input.slice(next + 1, end));
        if (input.length < end + 4 + length) break;
        words.push(input.slice(end + 2, end + 2 + length));
        next = end + 4 + length;
      }
      if (count > 0) break;
      at = next;
      const run = commands[words[0]?.toUpperCase()];
      replies += run === undefined ? '-ERR unknown command\r\n' : run(words.slice(1));
    }
    input = input.slice(at);
    if (replies !== '') socket.write(replies, 'latin1');
  });
}).listen(0, '127.0.0.1', function () {
  announce(this.address().port);
});
