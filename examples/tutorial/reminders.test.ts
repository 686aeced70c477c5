import assert from 'node:assert/strict';
import { beforeEach, describe, it } from 'node:test';
import { Clock } from 'heddle';
import { AccumulatingProtocol, StringTransport, connectedServerAndClient } from 'heddle/testing';
import { type Reminders, RemindersFactory } from './reminders.js';

describe('A client of the reminders', () => {
  let clock: Clock;
  let transport: StringTransport;
  let reminders: Reminders;

  beforeEach(() => {
    clock = new Clock();
    transport = new StringTransport();
    reminders = new RemindersFactory(clock, 2).buildProtocol(transport.getPeer())!;
    reminders.makeConnection(transport);
  });

  it('is reminded when the time has come, and not before', () => {
    reminders.dataReceived(Buffer.from('in 3600 tea\n'));
    clock.advance(3599);
    assert.equal(transport.value().toString(), 'ok\n');
    clock.advance(1);
    assert.equal(transport.value().toString(), 'ok\n* tea\n');
  });

  it('is told what it can say', () => {
    reminders.dataReceived(Buffer.from('remind me\n'));
    assert.equal(transport.value().toString(), 'say "in SECONDS TEXT" or "bye"\n');
  });

  it('may have two reminders waiting, and another when one is through', () => {
    reminders.dataReceived(Buffer.from('in 1 a\nin 2 b\nin 3 c\n'));
    assert.equal(transport.value().toString(), 'ok\nok\nenough is enough\n');
    clock.advance(1);
    transport.clear();
    reminders.dataReceived(Buffer.from('in 3 c\n'));
    assert.equal(transport.value().toString(), 'ok\n');
  });
});

describe('A connection to the reminders', () => {
  function connect() {
    const clock = new Clock();
    return connectedServerAndClient(new RemindersFactory(clock), AccumulatingProtocol, {
      clock,
      server: { readBytes: 1 }, // dataReceived gets one byte at a time
    });
  }

  it('may bring its bytes one by one', () => {
    const [client, , pump] = connect();
    client.transport.write(Buffer.from('in 60 tea\nin 120 bed\n'));
    pump.flush();
    pump.advance(120);
    assert.equal(client.data.toString(), 'ok\nok\n* tea\n* bed\n');
  });

  it('leaves nothing behind when it ends', () => {
    const [client, , pump] = connect();
    client.transport.write(Buffer.from('in 60 tea\nbye\n'));
    pump.flush();
    assert.ok(client.closed);
    assert.deepEqual(pump.clock.getDelayedCalls(), []);
  });

  it('is lost to whoever sends too long a line', () => {
    const [client, , pump] = connect();
    client.transport.write(Buffer.alloc(201, 'x'));
    pump.flush();
    assert.ok(client.closed);
  });
});
