import assert from 'node:assert/strict';
import { FileDescriptorReservation, Reactor, getDriver, spareEventfd } from '../../../src/index.js';
import { AccumulatingFactory, LogCapture, faultyDriver } from '../../../src/testing/index.js';
import { TallyFactory } from './tally.js';

describe('A tally without file descriptors', () => {
  it('turns one client away, says so, and serves the next', async () => {
    using log = new LogCapture();
    const { driver, libc } = faultyDriver(getDriver());
    using reactor = new Reactor({ driver });
    // Ports of a thread share one spare descriptor and keep it. A test has its own, to leave nothing behind.
    using reservation = new FileDescriptorReservation(spareEventfd(libc));
    const port = reactor.listenTCP(0, new TallyFactory(reactor), { interface: '127.0.0.1', reservation });
    const told: string[] = [];
    port.events.on('descriptorsExhausted', (errno) => told.push(`exhausted: ${errno}`));
    port.events.on('clientShed', () => told.push('a client was turned away'));
    port.events.on('recovered', ({ shed }) => told.push(`recovered, after ${shed}`));

    const clients = new AccumulatingFactory();
    const connect = () => {
      reactor.connectTCP('127.0.0.1', port.getHost().port, clients);
      return clients.protocolConnectionMade;
    };

    libc.fail('accept4', { errno: 'EMFILE' });
    const unlucky = await connect();
    await unlucky.closedDeferred;
    assert.deepEqual(told, ['exhausted: EMFILE', 'a client was turned away']);

    const lucky = await connect();
    lucky.transport.write(Buffer.from('add 3\nbye\n'));
    await lucky.closedDeferred;
    assert.equal(lucky.data.toString(), '= 3\n');
    assert.equal(told.at(-1), 'recovered, after 1');

    const warnings = log.records.filter(({ level }) => level === 'warning');
    assert.equal(warnings.length, 2);
    assert.match(log.messages.join('\n'), /cannot accept clients as it should \(EMFILE\)/);
    assert.match(log.messages.join('\n'), /accepting again after .* clients shed: 1, pauses: 0/);
    await port.stopListening();
  });
});
