import { expect } from 'chai';
import { ChatFactory as Room, makeApplication } from '../../../examples/ported/chatserver.js';
import { ChatFactory } from '../../../examples/ported/howto/chat.js';
import { clientFromString, connect, getReactor } from '../../../src/index.js';
import { describeOnKernel } from '../../tcp/on-kernel.js';
import { clientDescription, heard, served, talk } from './served.js';

describeOnKernel('examples/ported/chatserver.ts', (it) => {
  it('tells everybody what one says, and who', async (env) => {
    const room = new Room();
    const place = served(env, room);
    const [ann, bob] = [env.peers.connect(place), env.peers.connect(place)];
    await env.drive(() => room.speakers.size === 2);
    const line = `<127.0.0.1:${ann.getHost().port}> hello\r\n`;
    ann.send('hel');
    ann.send('lo\r\n');
    expect([await heard(env, ann, line), await heard(env, bob, line)]).to.deep.equal([line, line]);
    bob.close();
    await env.drive(() => room.speakers.size === 1);
    ann.send('alone\r\n');
    expect(await heard(env, ann, line + line)).to.match(/hello\r\n.*alone\r\n$/);
  });
});

describe('examples/ported/chatserver.ts', () => {
  it('ends its connections in order when it is stopped as a service', async () => {
    using reactor = getReactor();
    const application = makeApplication('tcp:0:interface=127.0.0.1');
    await application.startService();
    await using connection = await connect(
      clientFromString(reactor, clientDescription(application.services[0])),
    );
    await connection.write(Buffer.from('last words\r\n'));
    const pieces: string[] = [];
    for await (const piece of connection) {
      pieces.push(piece.toString());
      void application.stopService();
    }
    expect(pieces.join('')).to.match(/^<127\.0\.0\.1:\d+> last words\r\n$/);
  });
});

describeOnKernel('examples/ported/howto/chat.ts', (it) => {
  it('wants a name that nobody has, and then lets talk', async (env) => {
    const factory = new ChatFactory();
    const place = served(env, factory);
    const [ann, bob] = [env.peers.connect(place), env.peers.connect(place)];
    ann.send('Ann\r\n');
    expect(await heard(env, ann, 'Who are you?\r\nWelcome, Ann\r\n')).to.equal(
      'Who are you?\r\nWelcome, Ann\r\n',
    );
    bob.send('\r\nAnn\r\nBob\r\nhello\r\n');
    const toBob = 'Who are you?\r\nTake another name\r\nTake another name\r\nWelcome, Bob\r\n';
    expect(await heard(env, bob, toBob)).to.equal(toBob);
    const toAnn = 'Who are you?\r\nWelcome, Ann\r\nBob has come\r\n<Bob> hello\r\n';
    expect(await heard(env, ann, toAnn)).to.equal(toAnn);
    bob.close();
    expect(await heard(env, ann, `${toAnn}Bob has gone\r\n`)).to.equal(`${toAnn}Bob has gone\r\n`);
    expect([...factory.users.keys()]).to.deep.equal(['Ann']);
  });

  it('forgets one who leaves without a name, and tells nobody', async (env) => {
    const factory = new ChatFactory();
    const place = served(env, factory);
    const ann = env.peers.connect(place);
    ann.send('Ann\r\n');
    await heard(env, ann, 'Who are you?\r\nWelcome, Ann\r\n');
    const nobody = env.peers.connect(place);
    await heard(env, nobody, 'Who are you?\r\n');
    nobody.shutdownWrite();
    await env.drive(() => nobody.sawClose);
    ann.send('anybody?\r\n');
    expect(await talk(env, place, 'x'.repeat(20_000))).to.equal('Who are you?\r\n');
    expect([ann.received.toString(), factory.users.size]).to.deep.equal([
      'Who are you?\r\nWelcome, Ann\r\n',
      1,
    ]);
  });
});
