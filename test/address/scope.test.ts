import { readFileSync } from 'node:fs';
import { networkInterfaces } from 'node:os';
import { expect } from 'chai';
import { scopeIdOf, scopeNameOf } from '../../src/address/index.js';

describe('scopes of IPv6 addresses', () => {
  it('`scopeIdOf()` takes numbers as they are', () => {
    expect(scopeIdOf('2')).to.equal(2);
    expect(scopeIdOf('0')).to.equal(0);
  });

  it('`scopeIdOf()` knows the loopback interface, whose index is 1 on every Linux', () => {
    expect(scopeIdOf('lo')).to.equal(1);
  });

  it('`scopeIdOf()` is undefined where there is no such interface', () => {
    for (const scope of ['none0', '', '.', '..', '../net/lo', 'lo\0', '-1']) {
      expect(scopeIdOf(scope), scope).to.equal(undefined);
    }
  });

  it('`scopeNameOf()` is empty for no scope', () => {
    expect(scopeNameOf(0)).to.equal('');
  });

  it('`scopeNameOf()` is the number where there is no such interface', () => {
    expect(scopeNameOf(999_999)).to.equal('999999');
  });

  it('every interface is found by its name and by its number', () => {
    const names = Object.keys(networkInterfaces());
    expect(names).to.include('lo');
    for (const name of names) {
      const index = Number(readFileSync(`/sys/class/net/${name}/ifindex`, 'ascii'));
      expect(scopeIdOf(name), name).to.equal(index);
      expect(scopeNameOf(index)).to.equal(name);
    }
  });
});
