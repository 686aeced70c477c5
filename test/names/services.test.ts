import { expect } from 'chai';
import { parseServices, readServices, servicePort } from '../../src/names/services.js';

const text = `# Network services
http            80/tcp          www www-http    # WorldWideWeb
http            80/udp
domain\t53/udp
  ssh 22/tcp

www 8080/tcp
broken
odd x/tcp
`;

describe('services by name', () => {
  it('`parseServices()` knows names and aliases by protocol, and passes over what is no service', () => {
    expect(Object.fromEntries(parseServices(text))).to.deep.equal({
      'http/tcp': 80,
      'www/tcp': 80,
      'www-http/tcp': 80,
      'http/udp': 80,
      'domain/udp': 53,
      'ssh/tcp': 22,
    });
  });

  it('`servicePort()` knows the common ones, with or without /etc/services', () => {
    expect(servicePort('http')).to.equal(80);
    expect(servicePort('https')).to.equal(443);
    expect(servicePort('domain', 'udp')).to.equal(53);
    expect(servicePort('ssh', 'tcp')).to.equal(22);
  });

  it('`servicePort()` is undefined for what nobody knows', () => {
    expect(servicePort('no-such-service')).to.equal(undefined);
    expect(servicePort('80')).to.equal(undefined);
    expect(servicePort('')).to.equal(undefined);
  });

  it('`readServices()` takes a file that is not there for an empty one', () => {
    expect(readServices('/nonexistent/services')).to.equal('');
  });
});
