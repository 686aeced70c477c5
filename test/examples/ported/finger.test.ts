import { rm, writeFile } from 'node:fs/promises';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { FingerProtocol as Listening } from '../../../examples/ported/finger/finger02.js';
import { FingerProtocol as Dropping } from '../../../examples/ported/finger/finger03.js';
import { FingerProtocol as Reading } from '../../../examples/ported/finger/finger04.js';
import { FingerProtocol as Answering } from '../../../examples/ported/finger/finger05.js';
import { FingerFactory } from '../../../examples/ported/finger/finger06.js';
import { USERS, UsersFactory as KnownUsersFactory } from '../../../examples/ported/finger/finger08.js';
import { FingerFactory as LaterFactory, UsersFactory } from '../../../examples/ported/finger/finger09.js';
import { makeApplication as step12 } from '../../../examples/ported/finger/finger12.js';
import { makeApplication as step13 } from '../../../examples/ported/finger/finger13.js';
import { UsersFileService, makeApplication as step14 } from '../../../examples/ported/finger/finger14.js';
import { makeApplication as step15 } from '../../../examples/ported/finger/finger15.js';
import { MemoryFinger, makeServices } from '../../../examples/ported/finger/finger19.js';
import {
  Clock,
  Deferred,
  Factory,
  type IService,
  type StreamServerEndpointService,
  fail,
  getReactor,
} from '../../../src/index.js';
import { LogCapture, successResultOf } from '../../../src/testing/index.js';
import { describeOnKernel } from '../../tcp/on-kernel.js';
import { RunningProgram } from './running-program.js';
import { asked, heard, served, talk } from './served.js';

const FREE = 'tcp:0:interface=127.0.0.1';

/** An HTTP request after whose answer the connection ends. */
const get = (path: string): string => `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`;

/** What runApplication does. */
async function start(service: IService): Promise<void> {
  await service.privilegedStartService();
  await service.startService();
}

const bodyOf = (response: string): string | undefined => response.split('\r\n\r\n')[1];

describe('examples/ported/finger/finger01.ts', () => {
  it('does nothing until it is told to stop', async () => {
    // A signal that comes before the reactor runs would end the process as well, but not with an exit code.
    await using program = new RunningProgram(
      process.execPath,
      '--import',
      'tsx',
      '--import',
      'data:text/javascript,process.on("newListener",(name)=>name==="SIGTERM"&&console.log("runs"))',
      'examples/ported/finger/finger01.ts',
    );
    await program.says(/runs/);
    expect([await program.stop(), program.complaints]).to.deep.equal([0, '']);
  });
});

describeOnKernel('The finger tutorial, from a port to answers (examples/ported/finger)', (it) => {
  it('step 2 listens, and says nothing', async (env) => {
    const peer = env.peers.connect(served(env, Factory.forProtocol(Listening)));
    peer.send('moira\r\n');
    await env.drive.turns(20);
    expect([peer.connected, peer.sawClose, peer.bytesReceived]).to.deep.equal([true, false, 0]);
  });

  it('step 3 hangs up at once', async (env) => {
    expect(await talk(env, served(env, Factory.forProtocol(Dropping)), '')).to.equal('');
  });

  it('step 4 reads a line before it hangs up', async (env) => {
    const peer = env.peers.connect(served(env, Factory.forProtocol(Reading)));
    peer.send('moira');
    await env.drive.turns(20);
    expect(peer.sawClose).to.equal(false);
    peer.send('\r\n');
    await env.drive(() => peer.sawClose);
    expect([peer.bytesReceived, peer.sawReset]).to.deep.equal([0, false]);
  });

  it('steps 5 and 6 know nobody', async (env) => {
    for (const factory of [Factory.forProtocol(Answering), new FingerFactory()]) {
      const answer = await talk(env, served(env, factory), 'moira\r\n');
      expect(answer).to.equal('moira: nobody of that name\r\n');
    }
  });

  it('steps 8 and 9 know some', async (env) => {
    for (const factory of [new KnownUsersFactory(USERS), new UsersFactory(USERS)]) {
      const place = served(env, factory);
      expect(await talk(env, place, 'moira\r\n')).to.equal(`${USERS['moira']!}\r\n`);
      expect(await talk(env, place, 'constructor\r\n')).to.equal('constructor: nobody of that name\r\n');
    }
  });

  it('step 9 waits for an answer that comes later, and conceals what went wrong', async (env) => {
    class Later extends LaterFactory {
      readonly asked: Deferred<string>[] = [];

      override getUser(user: string): Deferred<string> {
        if (user === 'broken') return fail(new Error('the disk is full'));
        const answer = new Deferred<string>();
        this.asked.push(answer);
        return answer;
      }
    }
    const factory = new Later();
    const place = served(env, factory);
    const peer = env.peers.connect(place);
    peer.send('moira\r\n');
    await env.drive(() => factory.asked.length === 1);
    await env.drive.turns(5);
    expect(peer.sawClose).to.equal(false);
    factory.asked[0]!.callback('at last');
    expect(await heard(env, peer, 'at last\r\n')).to.equal('at last\r\n');
    expect(await talk(env, place, 'broken\r\n')).to.equal('Something went wrong here\r\n');
    expect(env.log.flushErrors(Error)).to.have.length(1);
  });
});

describe('The finger tutorial, as services (examples/ported/finger)', () => {
  let folder: string;
  let file: string;

  beforeEach(async () => {
    folder = mkdtempSync(join(tmpdir(), 'heddle-finger-'));
    file = join(folder, 'users');
    await writeFile(file, 'moira: in a file\nno user\n ulf :also: here\n');
  });

  afterEach(async () => {
    getReactor().close();
    await rm(folder, { recursive: true });
  });

  it('step 12 is an application', async () => {
    await using application = step12(FREE);
    await start(application);
    expect(await asked(application.services[0], 'ulf\r\n')).to.equal(`${USERS['ulf']!}\r\n`);
  });

  it('step 13 has a second port on which users are changed', async () => {
    await using application = step13(FREE, FREE);
    await start(application);
    const [finger, setter] = application.services;
    expect(await asked(setter, 'zoe\r\nAt home\r\n')).to.equal('');
    expect(await asked(finger, 'zoe\r\n')).to.equal('At home\r\n');
  });

  it('step 14 has them from a file', async () => {
    await using application = step14(file, FREE);
    await start(application);
    expect(await asked(application.services[1], 'moira\r\n')).to.equal('in a file\r\n');
    expect(await asked(application.services[1], 'ulf\r\n')).to.equal('also: here\r\n');
  });

  it('step 14 listens only when it has read the file', async () => {
    await using application = step14(file, FREE);
    const server = application.services[1] as StreamServerEndpointService;
    const listening = application.privilegedStartService();
    expect(server.port).to.equal(undefined);
    await listening;
    expect(await asked(server, 'moira\r\n')).to.equal('in a file\r\n');
  });

  it('step 14 reads the file again and again, and keeps what it knows when it cannot', async () => {
    using log = new LogCapture();
    const clock = new Clock();
    const users = new UsersFileService(file, clock);
    const answer = (): string => successResultOf(users.getUser('moira'));
    await users.privilegedStartService();
    users.startService();
    await writeFile(file, 'moira:moved\n');
    clock.advance(29);
    expect(answer()).to.equal('in a file');
    clock.advance(1);
    // Until the call that reads it has ended, the next one isn't due.
    while (clock.getDelayedCalls().length === 0) await new Promise((resolve) => setImmediate(resolve));
    expect(answer()).to.equal('moved');
    await rm(file);
    clock.advance(30);
    await users.stopService();
    expect([answer(), log.messages.length]).to.deep.equal(['moved', 1]);
    expect(log.messages[0]).to.match(/stays as it was read last: .*ENOENT/);
    expect(clock.getDelayedCalls()).to.deep.equal([]);
  });

  it('step 14 does not start without its file, nor if it is stopped meanwhile', async () => {
    const failed = start(step14(join(folder, 'nothing'), FREE));
    const code = await failed.then(
      () => 'started',
      (error: unknown) => (error as NodeJS.ErrnoException).code,
    );
    expect(code).to.equal('ENOENT');
    const clock = new Clock();
    const users = new UsersFileService(file, clock);
    const starting = users.privilegedStartService().catch((error: unknown) => (error as Error).name);
    await users.stopService();
    expect([await starting, users.running, clock.getDelayedCalls().length]).to.deep.equal([
      'AbortError',
      false,
      0,
    ]);
  });

  it('step 15 tells them on the web as well', async () => {
    await using application = step15(file, FREE, FREE);
    await start(application);
    const [, finger, web] = application.services;
    expect(await asked(finger, 'moira\r\n')).to.equal('in a file\r\n');
    expect(bodyOf(await asked(web, get('/moira')))).to.equal('in a file\n');
    expect(bodyOf(await asked(web, get('//')))).to.equal('/: nobody of that name\n');
  });

  it('step 19 puts the parts together by their interfaces', async () => {
    await using services = makeServices(new MemoryFinger(USERS), { finger: FREE, setter: FREE, http: FREE });
    await start(services);
    await asked(services.getServiceNamed('setter'), 'ulf\r\nAsleep\r\n');
    expect(await asked(services.getServiceNamed('finger'), 'ulf\r\n')).to.equal('Asleep\r\n');
    expect(bodyOf(await asked(services.getServiceNamed('http'), get('/ulf')))).to.equal('Asleep\n');
    expect(() => makeServices(new MemoryFinger({}), { irc: FREE })).to.throw(RangeError, 'irc');
  });
});
