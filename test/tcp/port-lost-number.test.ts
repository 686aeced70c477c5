import { expect } from 'chai';
import { closeSync, fstatSync, openSync } from 'node:fs';
import type { IReadDescriptor, ITCPPort } from '../../src/interfaces/index.js';
import type { Libc } from '../../src/libc/index.js';
import { RecordingFactory } from '../../src/testing/conformance/index.js';
import { describeOnKernel } from './on-kernel.js';

/** Closes a number behind its owner's back, and makes it that of an open file. */
function makeFileOf(libc: Libc, fd: number): void {
  libc.close(fd);
  const others: number[] = [];
  for (let file = openSync('/dev/null', 'r'); file !== fd; file = openSync('/dev/null', 'r'))
    others.push(file);
  for (const other of others) closeSync(other);
}

/** What the reactor would do if epoll still knew the number. */
function lookAt(port: ITCPPort): void {
  (port as unknown as IReadDescriptor).doRead();
}

describeOnKernel('Port, whose number somebody has closed', (it) => {
  it('is lost, and leaves the number alone when it is a file of somebody else’s by now', (env) => {
    const factory = new RecordingFactory();
    const port = env.listen(factory);
    const fd = port.fileno();
    makeFileOf(env.libc, fd);
    lookAt(port);

    expect(() => fstatSync(fd)).not.to.throw();
    closeSync(fd);
    expect([port.listening, factory.events]).to.deep.equal([false, ['start', 'stop']]);
    expect(env.log.flushErrors()).to.have.length(1);
  });

  it('is lost, and closes nothing, when the number is nobody’s', (env) => {
    const factory = new RecordingFactory();
    const port = env.listen(factory);
    env.libc.close(port.fileno());
    const closes = env.faults.count('close');
    lookAt(port);

    expect(env.faults.count('close')).to.equal(closes);
    expect([port.listening, factory.events]).to.deep.equal([false, ['start', 'stop']]);
    expect(env.log.flushErrors()).to.have.length(1);
  });
});
