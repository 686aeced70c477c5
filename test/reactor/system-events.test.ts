import { expect } from 'chai';
import { Deferred } from '../../src/defer/index.js';
import type { EventPhase } from '../../src/interfaces/reactor-core.js';
import { SystemEvents, ThreePhaseEvent } from '../../src/reactor/system-events.js';
import { LogRecording } from '../logger/log-recording.js';

const phases: readonly EventPhase[] = ['before', 'during', 'after'];

/** An event whose triggers note that they were called. */
function notingEvent(): { event: ThreePhaseEvent; seen: string[]; note: (text: string) => void } {
  const seen: string[] = [];
  return { event: new ThreePhaseEvent('test'), seen, note: (text) => void seen.push(text) };
}

/** Whether a Deferred has fired; it stays as it is. */
function fired(deferred: Deferred<void>): boolean {
  return deferred.called;
}

describe('ThreePhaseEvent', () => {
  for (const phase of phases) {
    // Twisted: ThreePhaseEventTests.test_addBeforeTrigger, test_addDuringTrigger, test_addAfterTrigger;
    // SystemEventTests.test_beforePhase, test_afterPhase
    it(`calls a ${phase} trigger with its arguments when it is fired, not earlier`, () => {
      const event = new ThreePhaseEvent('test');
      const seen: unknown[] = [];
      const trigger = event.addTrigger(phase, (...args: unknown[]) => seen.push(args), ['a', 2]);
      expect(trigger).to.include({ eventType: 'test', phase });
      expect(seen).to.deep.equal([]);
      expect(fired(event.fireEvent())).to.equal(true);
      expect(seen).to.deep.equal([['a', 2]]);
    });

    // Twisted: ThreePhaseEventTests.test_removeTrigger, SystemEventTests.test_removeSystemEventTrigger
    it(`does not call a ${phase} trigger that was removed, and calls the other one`, () => {
      const { event, seen, note } = notingEvent();
      const trigger = event.addTrigger(phase, note, ['removed']);
      event.addTrigger(phase, note, ['kept']);
      event.removeTrigger(trigger);
      event.fireEvent();
      expect(seen).to.deep.equal(['kept']);
    });
  }

  // Twisted: ThreePhaseEventTests.test_fireEvent, SystemEventTests.test_duringPreceedsAfter
  it('calls all before, then all during, then all after triggers, each in the order of adding', () => {
    const { event, seen, note } = notingEvent();
    for (const n of [1, 2])
      for (const phase of [...phases].reverse()) event.addTrigger(phase, note, [`${phase} ${n}`]);
    event.fireEvent();
    expect(seen).to.deep.equal(['before 1', 'before 2', 'during 1', 'during 2', 'after 1', 'after 2']);
  });

  // Twisted: ThreePhaseEventTests.test_triggersRunOnce
  it('calls triggers at the first firing only', () => {
    const { event, seen, note } = notingEvent();
    for (const phase of phases) event.addTrigger(phase, note, [phase]);
    event.fireEvent();
    expect(fired(event.fireEvent())).to.equal(true);
    expect(seen).to.deep.equal(['before', 'during', 'after']);
  });

  it('calls triggers that triggers add to what is still to come', () => {
    const { event, seen, note } = notingEvent();
    for (const phase of phases) {
      event.addTrigger(phase, () => {
        note(phase);
        event.addTrigger(phase, note, [`added ${phase}`]);
      }, []);
    }
    event.fireEvent();
    expect(seen).to.deep.equal(['before', 'added before', 'during', 'added during', 'after', 'added after']);
  });

  // Twisted: SystemEventTests.test_unknownPhase
  it('refuses an unknown phase and what is not a function', () => {
    const event = new ThreePhaseEvent('test');
    for (const phase of ['shortly before', 'toString', '__proto__']) {
      expect(() => event.addTrigger(phase as EventPhase, () => undefined, []), phase).to.throw(
        RangeError,
        phase,
      );
    }
    expect(() => event.addTrigger('before', 'f' as unknown as () => void, [])).to.throw(TypeError);
  });

  // Twisted: ThreePhaseEventTests.test_removeNonexistentTrigger, test_removeAlmostValidTrigger
  it('`removeTrigger()` refuses what is no trigger of this event', () => {
    const event = new ThreePhaseEvent('test');
    const real = event.addTrigger('before', () => undefined, []);
    const ofAnother = new ThreePhaseEvent('test').addTrigger('before', () => undefined, []);
    const bogus = [{ ...real }, { eventType: 'test', phase: 'xxx' as EventPhase }, ofAnother];
    for (const trigger of bogus)
      expect(() => event.removeTrigger(trigger)).to.throw(RangeError, 'no such trigger');
  });

  // Twisted: ThreePhaseEventTests.test_removeRemovedTrigger
  it('`removeTrigger()` refuses a trigger that was removed already', () => {
    const event = new ThreePhaseEvent('test');
    const trigger = event.addTrigger('before', () => undefined, []);
    event.removeTrigger(trigger);
    expect(() => event.removeTrigger(trigger)).to.throw(RangeError);
  });

  it('`removeTrigger()` refuses a trigger of an event that is over', () => {
    const event = new ThreePhaseEvent('test');
    const trigger = event.addTrigger('before', () => undefined, []);
    event.fireEvent();
    expect(() => event.removeTrigger(trigger)).to.throw(RangeError);
  });

  for (const phase of phases) {
    // Twisted: ThreePhaseEventTests.test_beforeTriggerException, test_duringTriggerException
    it(`logs once what a ${phase} trigger throws, and calls the others`, () => {
      using recording = new LogRecording();
      const { event, seen, note } = notingEvent();
      const error = new Error('trigger');
      event.addTrigger(phase, () => {
        throw error;
      }, []);
      for (const later of phases) event.addTrigger(later, note, [later]);
      expect(fired(event.fireEvent())).to.equal(true);
      expect(seen).to.deep.equal([...phases]);
      expect(recording.records.map(({ level, properties }) => [level, properties['error']])).to.deep.equal([
        ['error', error],
      ]);
    });

    it(`logs once what the Deferred of a ${phase} trigger fails with`, () => {
      using recording = new LogRecording();
      const { event, seen, note } = notingEvent();
      const later = new Deferred<void>();
      const error = new Error('later');
      event.addTrigger(phase, () => later, []);
      event.addTrigger('after', note, ['after']);
      event.fireEvent();
      later.errback(error);
      expect(seen).to.deep.equal(['after']);
      expect(recording.records.map(({ properties }) => properties['error'])).to.deep.equal([error]);
    });

    it(`logs once what the promise of a ${phase} trigger is rejected with`, async () => {
      using recording = new LogRecording();
      const { event } = notingEvent();
      const error = new Error('rejected');
      event.addTrigger(phase, () => Promise.reject(error), []);
      await event.fireEvent();
      await new Promise((resolve) => setImmediate(resolve));
      expect(recording.records.map(({ properties }) => properties['error'])).to.deep.equal([error]);
    });
  }

  // Twisted: SystemEventTests.test_multipleBeforeReturnDeferred
  it('waits for all Deferreds of before triggers', () => {
    const { event, seen, note } = notingEvent();
    const first = new Deferred<void>();
    const second = new Deferred<void>();
    event.addTrigger('before', () => first, []);
    event.addTrigger('before', () => second, []);
    event.addTrigger('during', note, ['during']);
    const through = event.fireEvent();
    expect(seen).to.deep.equal([]);
    first.callback();
    expect(seen).to.deep.equal([]);
    expect(fired(through)).to.equal(false);
    second.callback();
    expect(seen).to.deep.equal(['during']);
    expect(fired(through)).to.equal(true);
  });

  it('waits for the promises of before triggers', async () => {
    const { event, seen, note } = notingEvent();
    event.addTrigger('before', async () => Promise.resolve().then(() => note('before')), []);
    event.addTrigger('during', note, ['during']);
    const through = event.fireEvent();
    expect(seen).to.deep.equal([]);
    await through;
    expect(seen).to.deep.equal(['before', 'during']);
  });

  it('leaves the result of a Deferred to whoever adds callbacks later', () => {
    const event = new ThreePhaseEvent('test');
    const later = new Deferred<number>();
    event.addTrigger('before', () => later, []);
    event.fireEvent();
    later.callback(7);
    let result = 0;
    later.addCallback((value) => {
      result = value;
    });
    expect(result).to.equal(7);
  });

  // Twisted: SystemEventTests.test_subsequentBeforeTriggerFiresPriorBeforeDeferred
  it('goes on with the before triggers when one fires the Deferred of an earlier one', () => {
    const { event, seen, note } = notingEvent();
    const first = new Deferred<void>();
    const third = new Deferred<void>();
    event.addTrigger('before', () => first, []);
    event.addTrigger('before', () => first.callback(), []);
    event.addTrigger(
      'before',
      () => {
        note('third');
        return third;
      },
      [],
    );
    event.addTrigger('during', note, ['during']);
    event.fireEvent();
    expect(seen).to.deep.equal(['third']);
    third.callback();
    expect(seen).to.deep.equal(['third', 'during']);
  });

  it('calls and awaits a before trigger that is added while it waits for others', () => {
    const { event, seen, note } = notingEvent();
    const first = new Deferred<void>();
    const second = new Deferred<void>();
    event.addTrigger('before', () => first, []);
    event.addTrigger('during', note, ['during']);
    event.fireEvent();
    event.addTrigger('before', () => second, []);
    first.callback();
    expect(seen).to.deep.equal([]);
    second.callback();
    expect(seen).to.deep.equal(['during']);
  });

  // Twisted: ThreePhaseEventTests.test_synchronousRemoveAlreadyExecutedBefore
  it('only warns when a before trigger removes one that was called already', () => {
    using recording = new LogRecording();
    const { event, seen, note } = notingEvent();
    const first = event.addTrigger('before', note, ['first']);
    event.addTrigger('before', () => event.removeTrigger(first), []);
    event.addTrigger('before', note, ['third']);
    event.fireEvent();
    expect(seen).to.deep.equal(['first', 'third']);
    expect(recording.records.map(({ level }) => level)).to.deep.equal(['warning']);
  });

  // Twisted: ThreePhaseEventTests.test_synchronousRemovePendingBefore, test_synchronousRemovePendingDuring
  for (const phase of phases) {
    it(`does not call a ${phase} trigger that one before it removes`, () => {
      const { event, seen, note } = notingEvent();
      event.addTrigger(phase, () => {
        note('first');
        event.removeTrigger(second);
      }, []);
      const second = event.addTrigger(phase, note, ['second']);
      event.addTrigger(phase, note, ['third']);
      event.fireEvent();
      expect(seen).to.deep.equal(['first', 'third']);
    });
  }

  // Twisted: ThreePhaseEventTests.test_asynchronousBeforeRemovesDuring
  it('does not call a during trigger that is removed while it waits', () => {
    const { event, seen, note } = notingEvent();
    const before = new Deferred<void>();
    event.addTrigger('before', () => before, []);
    const during = event.addTrigger('during', note, ['during']);
    event.fireEvent();
    event.removeTrigger(during);
    before.callback();
    expect(seen).to.deep.equal([]);
  });

  // Twisted: ThreePhaseEventTests.test_synchronousBeforeRemovesConspicuouslySimilarDuring
  it('tells a during trigger from a before trigger of the same function and arguments', () => {
    using recording = new LogRecording();
    const { event, seen, note } = notingEvent();
    event.addTrigger('before', note, ['same']);
    event.addTrigger('before', () => event.removeTrigger(during), []);
    const during = event.addTrigger('during', note, ['same']);
    event.fireEvent();
    expect(seen).to.deep.equal(['same']);
    expect(recording.messages).to.deep.equal([]);
  });

  // Twisted: ThreePhaseEventTests.test_finishedBeforeTriggersCleared
  it('has forgotten the before triggers when the first during trigger is called', () => {
    using recording = new LogRecording();
    const { event, note } = notingEvent();
    const before = event.addTrigger('before', note, ['before']);
    event.addTrigger('during', () => event.removeTrigger(before), []);
    event.fireEvent();
    expect(recording.records).to.have.length(1);
    expect(recording.records[0]?.properties['error']).to.be.instanceOf(RangeError);
  });

  it('fired again while it is under way, it goes on as it does and tells both', () => {
    const { event, seen, note } = notingEvent();
    const before = new Deferred<void>();
    event.addTrigger('before', () => before, []);
    event.addTrigger('during', note, ['during']);
    const answers = [event.fireEvent(), event.fireEvent()];
    expect(answers.map(fired)).to.deep.equal([false, false]);
    before.callback();
    expect(seen).to.deep.equal(['during']);
    expect(answers.map(fired)).to.deep.equal([true, true]);
  });

  it('abandoned while it waits, it calls nothing more and keeps the rest for the next firing', () => {
    const { event, seen, note } = notingEvent();
    const before = new Deferred<void>();
    event.addTrigger('before', () => before, []);
    event.addTrigger('during', note, ['during']);
    const through = event.fireEvent();
    event.abandon();
    expect(fired(through)).to.equal(true);
    before.callback();
    expect(seen).to.deep.equal([]);
    event.fireEvent();
    expect(seen).to.deep.equal(['during']);
  });

  it('abandoned by one of its later triggers, it calls the rest, and a firing begun there goes on', () => {
    const { event, seen, note } = notingEvent();
    const before = new Deferred<void>();
    let next: Deferred<void> | undefined;
    event.addTrigger(
      'during',
      () => {
        event.abandon();
        event.addTrigger('before', () => before, []);
        next = event.fireEvent();
      },
      [],
    );
    event.addTrigger('after', note, ['after']);
    expect(fired(event.fireEvent())).to.equal(true);
    expect(seen).to.deep.equal(['after']);
    expect(next?.called).to.equal(false);
    before.callback();
    expect(next?.called).to.equal(true);
  });
});

describe('SystemEvents', () => {
  // Twisted: SystemEventTests.test_interactionBetweenDifferentEvents
  it('keeps events with different names apart', () => {
    const events = new SystemEvents();
    const seen: string[] = [];
    const waits = new Map([
      ['one', new Deferred<void>()],
      ['two', new Deferred<void>()],
    ]);
    for (const [name, wait] of waits) {
      events.addTrigger('before', name, () => wait, []);
      events.addTrigger('during', name, () => seen.push(name), []);
    }
    events.fireEvent('one');
    events.fireEvent('two');
    waits.get('two')?.callback();
    expect(seen).to.deep.equal(['two']);
    waits.get('one')?.callback();
    expect(seen).to.deep.equal(['two', 'one']);
  });

  it('removes a trigger from its event', () => {
    const events = new SystemEvents();
    const seen: string[] = [];
    const trigger = events.addTrigger('before', 'one', () => seen.push('one'), []);
    events.removeTrigger(trigger);
    expect(() => events.removeTrigger(trigger)).to.throw(RangeError, 'one');
    expect(fired(events.fireEvent('one'))).to.equal(true);
    expect(seen).to.deep.equal([]);
  });

  it('abandons the firing of one event', () => {
    const events = new SystemEvents();
    const seen: string[] = [];
    const wait = new Deferred<void>();
    for (const name of ['one', 'two']) {
      events.addTrigger('before', name, () => wait, []);
      events.addTrigger('during', name, () => seen.push(name), []);
      events.fireEvent(name);
    }
    events.abandon('one');
    events.abandon('nothing');
    wait.callback();
    expect(seen).to.deep.equal(['two']);
  });

  it('fires an event that nobody has heard of', () => {
    expect(fired(new SystemEvents().fireEvent('nothing'))).to.equal(true);
  });
});
