import {
  type PeerListener,
  type ProtocolHooks,
  RecordingFactory,
  RecordingProtocol,
} from '../../../src/testing/conformance/index.js';
import { requireBytes } from '../conversation.js';
import type { World } from '../world.js';
import type { Scenario } from './scenario.js';

export const QUESTION = Buffer.from('question');
export const ANSWER = Buffer.from('answer');

/** The reactor connects, asks, and closes when it has its answer. */
export class Connecting implements Scenario {
  readonly ports = [];
  readonly #world: World;
  readonly #factory: RecordingFactory;
  readonly #listener: PeerListener;
  #answered = false;

  constructor(world: World) {
    this.#world = world;
    this.#listener = world.peers.listen();
    const hooks: ProtocolHooks = {
      made: ({ transport }) => void transport.write(QUESTION),
      data: ({ received, transport }) => {
        if (received.length === ANSWER.length) transport.loseConnection();
      },
    };
    this.#factory = world.watch(new RecordingFactory({ build: () => new RecordingProtocol(hooks) }));
  }

  begin(): void {
    const { host, port } = this.#listener.address;
    const bindAddress = { host: '127.0.0.1' };
    this.#world.reactor.connectTCP(host, port, this.#factory, { noDelay: true, lingerMs: 1000, bindAddress });
  }

  step(): void {
    const [peer] = this.#listener.accepted;
    if (!this.#answered && peer?.bytesReceived === QUESTION.length) {
      this.#answered = true;
      peer.send(ANSWER);
    }
    if (peer?.sawEnd === true) peer.shutdownWrite();
  }

  done(): boolean {
    const [peer] = this.#listener.accepted;
    const over = this.#factory.events.at(-1) === 'stop' && peer?.sawClose === true;
    const complete = this.#factory.protocols[0]?.received.equals(ANSWER) === true;
    return over && complete && this.#world.isQuiet(0);
  }

  happened(): boolean {
    return this.#factory.events.join() === 'start,connecting,build,lost,stop';
  }

  check(): void {
    const [peer] = this.#listener.accepted;
    const [protocol] = this.#factory.protocols;
    if (peer === undefined || protocol === undefined) return;
    requireBytes({ peer, protocol, written: QUESTION, sent: ANSWER.subarray(0, protocol.received.length) });
  }
}
