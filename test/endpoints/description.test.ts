import { expect } from 'chai';
import fc from 'fast-check';
import { parseDescription } from '../../src/endpoints/description.js';
import { EndpointSyntaxError, quoteStringArgument } from '../../src/endpoints/index.js';

/** The fields as `value`, or `[name, value]` for those with a name. */
function fields(text: string): (string | [string, string])[] {
  return parseDescription(text).fields.map(({ name, value }) => (name === undefined ? value : [name, value]));
}

describe('parseDescription()', () => {
  it('takes the type and the fields apart', () => {
    const { type, fields: found, text } = parseDescription('tcp:80:interface=127.0.0.1');
    expect(text).to.equal('tcp:80:interface=127.0.0.1');
    expect(type).to.deep.equal({ name: undefined, value: 'tcp', start: 0, valueStart: 0, end: 3 });
    expect(found).to.deep.equal([
      { name: undefined, value: '80', start: 4, valueStart: 4, end: 6 },
      { name: 'interface', value: '127.0.0.1', start: 7, valueStart: 17, end: 26 },
    ]);
  });

  it('knows empty fields', () => {
    expect(fields('tcp')).to.deep.equal([]);
    expect(fields('tcp:')).to.deep.equal(['']);
    expect(fields('tcp::')).to.deep.equal(['', '']);
    expect(fields('tcp:interface=')).to.deep.equal([['interface', '']]);
  });

  // Twisted: ParserTests.test_escape
  it('takes a character behind a backslash as it is', () => {
    expect(fields(String.raw`unix:foo\:bar\=baz\:qux\\`)).to.deep.equal([String.raw`foo:bar=baz:qux` + '\\']);
    expect(fields(String.raw`tcp:interface=\:\:1`)).to.deep.equal([['interface', '::1']]);
  });

  // Twisted: ParserTests.test_impliedEscape
  it('ends a name at the first `=` only', () => {
    expect(fields('unix:address=foo=bar')).to.deep.equal([['address', 'foo=bar']]);
  });

  // Beyond Twisted (P2)
  it('takes what is in brackets as it is, if it has a colon', () => {
    expect(fields('tcp:[::1]:80')).to.deep.equal(['::1', '80']);
    expect(fields('tcp:80:interface=[fe80::1%eth0]')).to.deep.equal(['80', ['interface', 'fe80::1%eth0']]);
  });

  it('leaves brackets alone that Twisted might have meant as they are', () => {
    expect(fields('unix:[a]')).to.deep.equal(['[a]']);
    expect(fields('unix:[a')).to.deep.equal(['[a']);
    expect(fields('unix:a[b:c]')).to.deep.equal(['a[b', 'c]']);
    expect(fields(String.raw`unix:[\:\:1]`)).to.deep.equal(['[::1]']);
    expect(fields(String.raw`unix:\[a:b]`)).to.deep.equal(['[a', 'b]']);
  });

  it('refuses what is no text', () => {
    expect(() => parseDescription(undefined as unknown as string)).to.throw(TypeError);
  });

  it('reads back every value that quoteStringArgument() has quoted', () => {
    const syntax = fc.constantFrom(':', '=', '\\', '[', ']', 'a');
    const value = fc.oneof(fc.string({ unit: 'binary' }), fc.string({ unit: syntax }));
    fc.assert(
      fc.property(fc.array(value), (values) => {
        const text = ['tcp', ...values.map((value) => `name=${quoteStringArgument(value)}`)].join(':');
        expect(fields(text)).to.deep.equal(values.map((value) => ['name', value]));
      }),
      { examples: [[['[', '']], [['[a', 'b]']]] },
    );
  });

  it('takes any text apart or says where it cannot, and loses no character', () => {
    const pieces = fc.constantFrom(':', '=', '\\', '[', ']', '::1', 'a', '80');
    fc.assert(
      fc.property(fc.array(pieces), (parts) => {
        const text = `tcp:${parts.join('')}`;
        let found;
        try {
          found = parseDescription(text);
        } catch (error) {
          expect(error).to.be.instanceOf(EndpointSyntaxError);
          expect((error as EndpointSyntaxError).position).to.be.within(0, text.length);
          return;
        }
        const all = [found.type, ...found.fields];
        expect(all.map(({ start, end }) => text.slice(start, end)).join(':')).to.equal(text);
      }),
    );
  });

  it('takes time in proportion to the length, whatever stands there', () => {
    // A quadratic reader would need minutes for these, and mocha end the test.
    for (const piece of ['a:', '[', '[:]:', String.raw`\\`, '[a]:', '=', String.raw`[\::`]) {
      const text = `tcp:${piece.repeat(200_000)}`;
      expect(parseDescription(text).fields.length).to.be.greaterThan(0);
    }
  });
});

describe('quoteStringArgument()', () => {
  it('keeps a bracket at the beginning from being that of an address', () => {
    expect(['[', '[a]', 'a[b]'].map(quoteStringArgument)).to.deep.equal([
      String.raw`\[`,
      String.raw`\[a]`,
      'a[b]',
    ]);
  });

  it('puts a backslash before colons and backslashes', () => {
    expect(quoteStringArgument(String.raw`some : path = \ thing`)).to.equal(
      String.raw`some \: path = \\ thing`,
    );
  });
});
