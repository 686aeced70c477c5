import { expect } from 'chai';
import { Agenda } from '../../../src/testing/simulated/agenda.js';

describe('Agenda', () => {
  let agenda: Agenda;
  let happened: string[];
  beforeEach(() => {
    agenda = new Agenda();
    happened = [];
  });
  const note = (text: string) => () => void happened.push(`${text} at ${agenda.now}`);

  it('has things happen at their times, equal ones in the order of planning', () => {
    agenda.after(20, note('late'));
    agenda.after(10, note('one'));
    agenda.after(10, note('two'));
    expect(agenda.next).to.equal(10);
    agenda.advanceTo(15);
    expect(happened).to.deep.equal(['one at 10', 'two at 10']);
    expect(agenda.now).to.equal(15);
    agenda.advanceTo(100);
    expect(happened.at(-1)).to.equal('late at 20');
    expect([agenda.now, agenda.next]).to.deep.equal([100, undefined]);
  });

  it('does what is due now in `runDue()`, and what that makes due', () => {
    agenda.after(0, () => {
      note('outer')();
      agenda.after(0, note('inner'));
      agenda.after(1, note('not yet'));
    });
    agenda.runDue();
    expect(happened).to.deep.equal(['outer at 0', 'inner at 0']);
  });

  it('doesn’t run inside itself: what is due meanwhile comes after', () => {
    agenda.after(0, () => {
      agenda.after(0, note('second'));
      agenda.runDue();
      note('first')();
    });
    agenda.runDue();
    expect(happened).to.deep.equal(['first at 0', 'second at 0']);
  });

  it('goes on after something that throws', () => {
    agenda.after(0, () => {
      throw new Error('thrown');
    });
    agenda.after(0, note('next'));
    expect(() => agenda.runDue()).to.throw('thrown');
    agenda.runDue();
    expect(happened).to.deep.equal(['next at 0']);
  });

  it('doesn’t go back', () => {
    agenda.advanceTo(50);
    agenda.advanceTo(10);
    expect(agenda.now).to.equal(50);
  });
});
