import { expect } from 'chai';
import { type ErrnoName, errno } from '../../src/libc/index.js';
import { type AcceptVerdict, acceptVerdict } from '../../src/tcp/accept-verdict.js';

/** What accept may answer, and what that means for the port. */
const table: readonly (readonly [verdict: AcceptVerdict, names: readonly ErrnoName[]])[] = [
  ['empty', ['EAGAIN']],
  [
    'skip',
    [
      ...(['EINTR', 'EPERM', 'ECONNABORTED', 'EPROTO', 'ENETDOWN', 'ENOPROTOOPT'] as const),
      ...(['EHOSTDOWN', 'ENONET', 'EHOSTUNREACH', 'EOPNOTSUPP', 'ENETUNREACH'] as const),
    ],
  ],
  ['exhausted', ['EMFILE']],
  ['wait', ['ENFILE', 'ENOBUFS', 'ENOMEM']],
  ['fatal', ['EBADF', 'EINVAL', 'ENOTSOCK']],
];

describe('acceptVerdict()', () => {
  for (const [verdict, names] of table) {
    for (const name of names) {
      it(`of ${name} is \`${verdict}\``, () => {
        expect(acceptVerdict(-errno[name])).to.equal(verdict);
      });
    }
  }

  it('of every other errno is `unknown`', () => {
    const known = table.flatMap(([, names]) => names as readonly string[]);
    const others = Object.entries(errno).filter(
      ([name, number]) => !known.some((other) => other === name || errno[other as ErrnoName] === number),
    );

    expect(others).to.have.length.above(10);
    for (const [name, number] of others) expect(acceptVerdict(-number), name).to.equal('unknown');
  });
});
