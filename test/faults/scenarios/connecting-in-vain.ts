import { ConnectionRefusedError, TimeoutError } from '../../../src/errors/index.js';
import { type Place, RecordingFactory } from '../../../src/testing/conformance/index.js';
import type { World } from '../world.js';
import type { Scenario } from './scenario.js';

/** The reactor connects to where it can't, and the factory is told why. */
abstract class ConnectingInVain implements Scenario {
  readonly ports = [];
  protected readonly factory: RecordingFactory;
  protected readonly world: World;

  constructor(world: World) {
    this.world = world;
    this.factory = world.watch(new RecordingFactory());
  }

  abstract begin(): void;
  abstract happened(): boolean;

  step(): void {
    // Nobody is there.
  }

  done(): boolean {
    return this.factory.events.join() === 'start,connecting,failed,stop' && this.world.isQuiet(0);
  }

  check(): void {
    // No bytes are exchanged.
  }

  protected connect({ host, port }: Place): void {
    this.world.reactor.connectTCP(host, port, this.factory, { timeout: 3 });
  }

  protected get reason(): unknown {
    return this.factory.failures[0]?.value;
  }
}

/** Nobody listens where it connects. */
export class ConnectRefused extends ConnectingInVain {
  override begin(): void {
    const listener = this.world.peers.listen();
    listener.close();
    this.connect(listener.address);
  }

  override happened(): boolean {
    return this.reason instanceof ConnectionRefusedError;
  }
}

/**
 * It isn't answered: with a backlog of 0 there is room for one client (listen(2)), and the kernel drops what more comes. The reactor's own
 * time-out ends the attempt.
 */
export class ConnectTimedOut extends ConnectingInVain {
  override begin(): void {
    const listener = this.world.peers.listen({ backlog: 0 });
    listener.stopAccepting();
    const first = this.world.peers.connect(listener.address);
    if (!this.world.run(() => first.connected)) throw new Error('The first client has not come through');
    this.connect(listener.address);
  }

  override happened(): boolean {
    return this.reason instanceof TimeoutError;
  }
}
