import { expect } from 'chai';
import { MultiService } from '../../src/application/index.js';
import { LoadError } from '../../src/command/failure.js';
import { loadProgram, programIn } from '../../src/command/program.js';
import { Factory, Protocol } from '../../src/protocols/index.js';

class Silent extends Protocol {}

/** What a loading fails with. */
async function failureOf(file: string): Promise<unknown> {
  return loadProgram(file).then(
    () => expect.fail('It was loaded'),
    (error: unknown) => error,
  );
}

describe('`programIn()`', () => {
  const factory = Factory.forProtocol(Silent);
  const service = new MultiService();

  it('finds a factory or a service by default or by its name', () => {
    for (const name of ['default', 'factory'])
      expect(programIn({ [name]: factory })).to.deep.equal({ kind: 'factory', factory });
    for (const name of ['default', 'application', 'service'])
      expect(programIn({ [name]: service })).to.deep.equal({ kind: 'service', service });
  });

  it('makes a factory of a class of protocols', () => {
    const program = programIn({ default: Silent });
    if (program?.kind !== 'factory') return expect.fail('It is no factory');
    return expect(program.factory.buildProtocol(undefined as never)).to.be.instanceOf(Silent);
  });

  it('looks at the other names where the default is something else', () => {
    expect(programIn({ default: { version: 1 }, factory })?.kind).to.equal('factory');
    expect(programIn({ application: service, factory })?.kind).to.equal('service');
  });

  it('looks into the default export of a CommonJS module that was an ES module', () => {
    expect(programIn({ default: { default: factory } })?.kind).to.equal('factory');
  });

  it('goes by methods, so that another copy of heddle does as well', () => {
    const foreign = { buildProtocol: () => null, doStart: () => {}, doStop: () => {} };
    expect(programIn({ default: foreign })?.kind).to.equal('factory');
  });

  for (const [what, value] of Object.entries({
    nothing: undefined,
    null: null,
    'a number': 1,
    'a function': () => factory,
    'another class': Map,
    'half a factory': { buildProtocol: () => null },
  })) {
    it(`finds nothing in ${what}`, () => {
      expect(programIn({ default: value })).to.equal(undefined);
    });
  }
});

describe('`loadProgram()`', () => {
  it('loads a module by its path', async () => {
    expect((await loadProgram('test/command/modules/service.mjs')).kind).to.equal('service');
  });

  it('says that there is no such file', async () => {
    const error = await failureOf('test/command/modules/none.js');
    expect(error).to.be.instanceOf(LoadError);
    expect((error as Error).message).to.equal('There is no file test/command/modules/none.js');
  });

  it('says that the module exports nothing to run', async () => {
    const error = await failureOf('test/command/modules/nothing.mjs');
    expect(error).to.be.instanceOf(LoadError);
    expect((error as Error).message).to.match(
      /^test\/command\/modules\/nothing.mjs exports neither a factory nor an application/,
    );
  });

  it('says that Node can’t load a file of its kind', async () => {
    const error = await failureOf('README.md');
    expect(error).to.be.instanceOf(LoadError);
    expect((error as Error).message).to.match(/^Node .* can't load \.md files by itself$/);
  });

  it('fails with what the module throws', async () => {
    expect(await failureOf('test/command/modules/mistake.mjs')).to.be.instanceOf(RangeError);
  });
});
