import { expect } from 'chai';
import { ConnectionDone, ConnectionLost, SlowReaderError } from '../../../src/errors/index.js';
import { Protocol } from '../../../src/protocols/index.js';
import { AccumulatingProtocol, RecordingProtocol, loopbackAsync } from '../../../src/testing/index.js';

describe('loopbackAsync()', () => {
  it('connects both, and fires when both have lost their connections', async () => {
    // Twisted: LoopbackAsyncTests.test_makeConnection, LoopbackTestCaseMixin.testRegularFunction
    const server = new RecordingProtocol({
      made: ({ transport }) => {
        transport.write(Buffer.from('THIS IS LINE ONE!\r\n'));
        transport.loseConnection();
      },
    });
    const client = new RecordingProtocol();
    const done = loopbackAsync(server, client);
    expect([server.events, client.events]).to.deep.equal([['made'], ['made']]);
    await done;
    expect(client.received.toString()).to.equal('THIS IS LINE ONE!\r\n');
    expect(client.events).to.deep.equal(['made', 'data', 'lost']);
    expect(server.events).to.deep.equal(['made', 'lost']);
    expect(client.reason?.value).to.be.instanceOf(ConnectionDone);
  });

  it('goes on when a protocol writes after something that it awaited', async () => {
    class Late extends Protocol {
      override async dataReceived(): Promise<void> {
        await new Promise((resolve) => setTimeout(resolve, 1));
        this.transport.write(Buffer.from('late'));
        this.transport.loseConnection();
      }
    }
    class Asking extends AccumulatingProtocol {
      override connectionMade(): void {
        super.connectionMade();
        this.transport.write(Buffer.from('?'));
      }
    }
    const client = new Asking();
    await loopbackAsync(new Late(), client);
    expect(client.data.toString()).to.equal('late');
  });

  it('lets real time pass: a peer that reads too slowly is given up, and no timer is left', async () => {
    const server = new RecordingProtocol({
      made: ({ transport }) => {
        transport.pauseProducing();
        transport.events.on('hangUp', () => transport.resumeProducing());
      },
    });
    const client = new RecordingProtocol({
      made: ({ transport }) => void transport.write(Buffer.alloc(100)),
    });
    const done = loopbackAsync(server, client, {
      client: { slowReaderTimeoutMs: 1 },
      server: { bufferBytes: 10 },
    });
    // The program is busy for longer than that. What it has written goes out first, as at the end of a reactor's turn.
    const busyUntil = performance.now() + 2;
    while (performance.now() < busyUntil);
    await done;
    expect(client.reason?.value).to.be.instanceOf(SlowReaderError);
    expect(server.received).to.have.length(10);
    expect(server.reason?.value).to.be.instanceOf(ConnectionLost);
  });

  it('keeps no timer that isn’t needed any more', async () => {
    const server = new RecordingProtocol({
      made: ({ transport }) => {
        transport.pauseProducing();
        setImmediate(() => setImmediate(() => transport.resumeProducing()));
      },
      data: ({ transport }) => transport.loseConnection(),
    });
    const client = new RecordingProtocol({
      made: ({ transport }) => void transport.write(Buffer.alloc(100)),
    });
    await loopbackAsync(server, client, {
      client: { slowReaderTimeoutMs: 60_000 },
      server: { bufferBytes: 10 },
    });
    expect([client.lost, server.lost]).to.deep.equal([true, true]);
    expect(process.getActiveResourcesInfo()).not.to.include('Immediate');
  });
});
