import { channel, subscribe, unsubscribe } from 'node:diagnostics_channel';
import { expect } from 'chai';
import { expectTypeOf } from 'expect-type';
import type { ExhaustionEpisode, ITCPPort } from '../../src/interfaces/index.js';
import { type DiagnosticsChannel, diagnosticsChannel } from '../../src/logger/index.js';

describe('diagnosticsChannel', () => {
  const name = 'heddle:tcp:listening';
  const message = { port: {} as ITCPPort };

  it('is the channel that Node has under this name', () => {
    const told: unknown[] = [];
    const listener = (...args: readonly unknown[]): void => void told.push(args);
    const listening = diagnosticsChannel(name);
    expect(listening.hasSubscribers).to.equal(false);

    subscribe(name, listener);
    try {
      expect(listening.hasSubscribers).to.equal(true);
      listening.publish(message);
    } finally {
      unsubscribe(name, listener);
    }

    expect(listening).to.equal(channel(name));
    expect(listening.hasSubscribers).to.equal(false);
    expect(told).to.deep.equal([[message, name]]);
  });

  it('knows the type of its messages', () => {
    const recovered = diagnosticsChannel('heddle:tcp:recovered');
    expectTypeOf(recovered).toEqualTypeOf<
      DiagnosticsChannel<{ readonly port: ITCPPort; readonly episode: ExhaustionEpisode }>
    >();
    // @ts-expect-error: there is no such channel.
    expect(diagnosticsChannel('heddle:tcp:nothing').hasSubscribers).to.equal(false);
  });
});
