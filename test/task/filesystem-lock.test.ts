import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readlinkSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect } from 'chai';
import { FilesystemLock, isLocked } from '../../src/task/index.js';

describe('FilesystemLock', () => {
  let folder = '';
  let name = '';
  /** The number of a process that is dead. */
  let dead = 0;
  before(() => {
    dead = spawnSync(process.execPath, ['--version']).pid;
  });
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'heddle-lock-'));
    name = join(folder, 'lock');
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  it('is a link that names the process', () => {
    const lock = new FilesystemLock(name);
    expect([lock.locked, isLocked(name)]).to.deep.equal([false, false]);
    expect(lock.lock()).to.equal(true);
    expect([lock.locked, lock.clean, isLocked(name)]).to.deep.equal([true, true, true]);
    expect(readlinkSync(name)).to.equal(String(process.pid));
    lock.unlock();
    expect([lock.locked, isLocked(name), existsSync(name)]).to.deep.equal([false, false, false]);
  });

  it('is had once only', () => {
    const lock = new FilesystemLock(name);
    expect(lock.lock()).to.equal(true);
    expect([lock.lock(), lock.locked]).to.deep.equal([false, true]);
    const other = new FilesystemLock(name);
    expect([other.lock(), other.locked]).to.deep.equal([false, false]);
    lock.unlock();
    expect([other.lock(), other.clean]).to.deep.equal([true, true]);
  });

  it('of another process that is alive is respected', async () => {
    const child = spawn(process.execPath, ['-e', 'process.stdin.resume()'], { stdio: 'pipe' });
    try {
      symlinkSync(String(child.pid), name);
      const lock = new FilesystemLock(name);
      expect([lock.lock(), isLocked(name)]).to.deep.equal([false, true]);
      expect(() => lock.unlock()).to.throw(Error, `held by process ${String(child.pid)}`);
    } finally {
      child.stdin.end();
      await once(child, 'close');
    }
  });

  it('of a process that may not be signalled is respected', () => {
    symlinkSync('1', name);
    expect([new FilesystemLock(name).lock(), isLocked(name)]).to.deep.equal([false, true]);
  });

  it('of a dead process is taken over, and that is told', () => {
    symlinkSync(String(dead), name);
    expect(isLocked(name)).to.equal(false);
    const lock = new FilesystemLock(name);
    expect([lock.lock(), lock.clean]).to.deep.equal([true, false]);
    expect(readlinkSync(name)).to.equal(String(process.pid));
    expect(existsSync(`${name}.takeover`)).to.equal(false);
    lock.unlock();
    expect([lock.lock(), lock.clean]).to.deep.equal([true, true]);
  });

  it('is left alone while somebody else takes it over', () => {
    symlinkSync(String(dead), name);
    symlinkSync(String(process.pid), `${name}.takeover`);
    expect(new FilesystemLock(name).lock()).to.equal(false);
    expect(readlinkSync(name)).to.equal(String(dead));
  });

  it('can be taken over although somebody died when taking it over', () => {
    symlinkSync(String(dead), name);
    symlinkSync(String(dead), `${name}.takeover`);
    const lock = new FilesystemLock(name);
    expect([lock.lock(), lock.lock()]).to.deep.equal([false, true]);
    expect(lock.clean).to.equal(false);
  });

  it('is taken over by one of many processes', async () => {
    symlinkSync(String(dead), name);
    const module = new URL('../../src/task/filesystem-lock.ts', import.meta.url).href;
    const program = `
      import { FilesystemLock } from ${JSON.stringify(module)};
      process.stdin.once('data', () => console.log(new FilesystemLock(${JSON.stringify(name)}).lock()));
      process.stdin.on('end', () => undefined);
      console.log('ready');`;
    const children = Array.from({ length: 4 }, () =>
      spawn(process.execPath, ['--import', 'tsx', '--input-type=module', '-e', program], {
        stdio: ['pipe', 'pipe', 'inherit'],
      }),
    );
    const said = async (): Promise<string[]> => {
      const texts = await Promise.all(children.map((child) => once(child.stdout, 'data')));
      return texts.map((text) => String(text).trim());
    };
    expect(await said()).to.deep.equal(children.map(() => 'ready'));
    const answers = said();
    for (const child of children) child.stdin.write('go');
    expect((await answers).toSorted()).to.deep.equal(['false', 'false', 'false', 'true']);
    for (const child of children) child.stdin.end();
    await Promise.all(children.map((child) => once(child, 'close')));
  });

  it('refuses to give back what nobody has', () => {
    expect(() => new FilesystemLock(name).unlock()).to.throw(Error, 'held by nobody');
  });

  it('tells of what is no lock, and of a folder that isn’t there', () => {
    writeFileSync(name, '');
    expect(() => new FilesystemLock(name).lock()).to.throw(Error, 'EINVAL');
    const other = join(folder, 'other');
    symlinkSync('elsewhere', other);
    expect(() => new FilesystemLock(other).lock()).to.throw(Error, 'not a lock: it leads to elsewhere');
    expect(() => new FilesystemLock(join(folder, 'no', 'lock')).lock()).to.throw(Error, 'ENOENT');
  });

  it('`using` gives it back', () => {
    {
      using lock = new FilesystemLock(name);
      expect(lock.lock()).to.equal(true);
    }
    expect(isLocked(name)).to.equal(false);
    new FilesystemLock(name)[Symbol.dispose]();
  });
});
