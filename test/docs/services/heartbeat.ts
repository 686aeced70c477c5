import { LoopingCall, Service } from '../../../src/index.js';

/** Says once a second that the program is alive. */
export class Heartbeat extends Service {
  readonly #loop: LoopingCall;

  constructor(say: () => void) {
    super();
    this.#loop = new LoopingCall(say);
  }

  override startService(): void {
    super.startService();
    this.#loop.start(1);
  }

  override stopService(): void {
    this.#loop[Symbol.dispose]();
    super.stopService();
  }
}
