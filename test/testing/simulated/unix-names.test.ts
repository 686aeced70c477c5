import { expect } from 'chai';
import { AF_UNIX, SocketAddress, errno } from '../../../src/libc/index.js';
import { SimulatedKernel } from '../../../src/testing/index.js';
import { Calls } from './linux-facts/index.js';

describe('The names of UNIX sockets', () => {
  let kernel: SimulatedKernel;
  let calls: Calls;
  beforeEach(() => {
    kernel = new SimulatedKernel();
    calls = new Calls(kernel.createProcess().libc);
  });

  const named = (name: string): SocketAddress => new SocketAddress().setUnix(Buffer.from(name));
  const bind = (fd: number, name: string): number => calls.libc.bind(fd, named(name));
  const connect = (fd: number, name: string): number => calls.libc.connect(fd, named(name));
  function listener(name: string): number {
    const fd = calls.socket(AF_UNIX);
    expect(bind(fd, name)).to.equal(0);
    expect(calls.libc.listen(fd, 5)).to.equal(0);
    return fd;
  }

  it('stay with their file, if they are paths: in the way of the next one until it is removed', () => {
    calls.close(listener('/run/service'));
    const fd = calls.socket(AF_UNIX);
    expect(connect(fd, '/run/service')).to.equal(-errno.ECONNREFUSED);
    expect(bind(fd, '/run/service')).to.equal(-errno.EADDRINUSE);
    kernel.localhost.unixNames.remove('/run/service');
    expect(connect(fd, '/run/service')).to.equal(-errno.ENOENT);
    expect(bind(fd, '/run/service')).to.equal(0);
  });

  it('go with their socket, if they are abstract; not with those that were accepted', () => {
    const fd = listener('\0service');
    const client = calls.socket(AF_UNIX);
    expect(connect(client, '\0service')).to.equal(0);
    calls.close(calls.accept(fd));
    expect(bind(calls.socket(AF_UNIX), '\0service')).to.equal(-errno.EADDRINUSE);
    calls.close(fd);
    expect(bind(calls.socket(AF_UNIX), '\0service')).to.equal(0);
  });

  it('are those of one host, whichever the process', () => {
    listener('\0service');
    const neighbour = new Calls(kernel.createProcess().libc);
    expect(neighbour.libc.connect(neighbour.socket(AF_UNIX), named('\0service'))).to.equal(0);
    const stranger = new Calls(kernel.createProcess({ host: kernel.addHost('elsewhere', '10.0.0.1') }).libc);
    expect(stranger.libc.connect(stranger.socket(AF_UNIX), named('\0service'))).to.equal(-errno.ECONNREFUSED);
  });
});
