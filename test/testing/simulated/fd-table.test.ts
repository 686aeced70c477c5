import { expect } from 'chai';
import { errno } from '../../../src/libc/index.js';
import { FdTable } from '../../../src/testing/simulated/fd-table.js';
import { OpenFile } from '../../../src/testing/simulated/open-file.js';

class File extends OpenFile {
  ended = 0;

  constructor() {
    super(0);
  }

  readiness(): number {
    return 0;
  }

  read(): number {
    return 0;
  }

  write(): number {
    return 0;
  }

  protected released(): void {
    this.ended += 1;
  }
}

describe('FdTable', () => {
  const makeTable = (soft: number): FdTable => new FdTable({ soft, hard: 100 });

  it('gives out the lowest number that is free', () => {
    const table = makeTable(10);
    expect([0, 1, 2, 3].map(() => table.add(new File(), false))).to.deep.equal([0, 1, 2, 3]);
    for (const fd of [2, 1]) table.remove(fd);
    expect([0, 0, 0].map(() => table.add(new File(), false))).to.deep.equal([1, 2, 4]);
    expect(table.add(new File(), false, 7)).to.equal(7);
    expect(table.open).to.deep.equal([0, 1, 2, 3, 4, 7]);
  });

  it('has no number at the limit or above, and says EMFILE; what is open there stays', () => {
    const table = makeTable(3);
    for (let i = 0; i < 3; i += 1) table.add(new File(), false);
    expect(table.add(new File(), false)).to.equal(-errno.EMFILE);
    expect(table.hasRoom()).to.equal(false);
    table.remove(0);
    expect([table.hasRoom(), table.hasRoom(2)]).to.deep.equal([true, false]);
    table.limit.soft = 1;
    expect(table.add(new File(), false)).to.equal(0);
    expect(table.open).to.deep.equal([0, 1, 2]);
    table.remove(2);
    expect(table.add(new File(), false)).to.equal(-errno.EMFILE);
  });

  it('ends a file when its last number is closed, once', () => {
    const table = makeTable(10);
    const file = new File();
    const fds = [table.add(file, false), table.add(file, true)];
    expect(fds.map((fd) => table.isClosedOnExec(fd))).to.deep.equal([false, true]);
    expect(table.remove(fds[0] ?? -1)).to.equal(0);
    expect(file.ended).to.equal(0);
    expect(table.remove(fds[1] ?? -1)).to.equal(0);
    expect(file.ended).to.equal(1);
    expect(table.remove(fds[1] ?? -1)).to.equal(-errno.EBADF);
    expect(table.at(0)).to.equal(undefined);
  });
});
