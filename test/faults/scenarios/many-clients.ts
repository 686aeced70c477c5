import { Crowd, isAnswered } from './crowd.js';

const CLIENTS = 12;

/** Many clients come at once; each has its own bytes back, and ends. */
export class ManyClients extends Crowd {
  override begin(): void {
    super.begin();
    this.come(this.ports[0]!, CLIENTS);
  }

  override step(): void {
    for (const visitor of this.visitors) if (isAnswered(visitor)) visitor.peer.shutdownWrite();
  }

  override done(): boolean {
    const isOver = this.visitors.every((visitor) => isAnswered(visitor) && visitor.peer.sawClose);
    return isOver && this.visitors.length === CLIENTS && this.world.isQuiet(1);
  }

  override happened(): boolean {
    return this.visitors.every((visitor) => this.protocolOf(visitor)?.events.at(-1) === 'lost');
  }
}
