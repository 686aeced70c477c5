import type { ITCPPort } from '../../../src/interfaces/index.js';
import {
  type Peer,
  RecordingFactory,
  RecordingProtocol,
  addressOf,
} from '../../../src/testing/conformance/index.js';
import { requireBytes } from '../conversation.js';
import type { World } from '../world.js';
import { type Scenario, portOptions } from './scenario.js';

/** One of many clients: sends something of its own, and wants it back. */
export interface Visitor {
  readonly peer: Peer;
  readonly sent: Buffer;
  readonly port: number;
}

/** An echo port with many clients. */
export abstract class Crowd implements Scenario {
  readonly ports: ITCPPort[] = [];
  protected readonly world: World;
  protected readonly factory: RecordingFactory;
  protected readonly visitors: Visitor[] = [];

  constructor(world: World, made: () => void = () => undefined) {
    this.world = world;
    const build = (): RecordingProtocol =>
      new RecordingProtocol({ made, data: ({ transport }, data) => void transport.write(data) });
    this.factory = world.watch(new RecordingFactory({ build }));
  }

  abstract step(): void;
  abstract done(): boolean;
  abstract happened(): boolean;

  begin(): void {
    this.ports.push(this.world.reactor.listenTCP(0, this.factory, portOptions(this.world)));
  }

  check(): void {
    for (const visitor of this.visitors) {
      const protocol = this.protocolOf(visitor);
      if (protocol === undefined) continue;
      requireBytes({ peer: visitor.peer, protocol, written: protocol.received, sent: visitor.sent });
    }
  }

  protected get port(): ITCPPort | undefined {
    return this.ports[0];
  }

  /** So many more clients connect, and say something. */
  protected come(port: ITCPPort, count: number): Visitor[] {
    const visitors = Array.from({ length: count }, (_, i): Visitor => {
      const peer = this.world.peers.connect(addressOf(port));
      const sent = Buffer.from(`visitor ${this.visitors.length + i}`);
      const visitor = { peer, sent, port: peer.getHost().port };
      peer.send(sent);
      return visitor;
    });
    this.visitors.push(...visitors);
    return visitors;
  }

  /** Undefined if there is none, or if it can't be told: a kernel may give a number that is free again to another visitor. */
  protected protocolOf({ port }: Visitor): RecordingProtocol | undefined {
    if (this.visitors.filter((each) => each.port === port).length > 1) return undefined;
    const index = this.factory.addresses.findIndex((address) => 'port' in address && address.port === port);
    return this.factory.protocols[index];
  }
}

/** All that it sent has come back. */
export function isAnswered({ peer, sent }: Visitor): boolean {
  return peer.received.equals(sent);
}
