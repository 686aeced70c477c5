import { inspect } from 'node:util';
import type { Deferred } from '../defer/index.js';
import { ensureDeferred, succeed } from '../defer/index.js';
import type { Completion, IService, IServiceCollection } from '../interfaces/index.js';
import { nameOfService } from './errors.js';

/**
 * A service: make a subclass, override `startService` and `stopService`, and call the same of `super` in them.
 *
 *     class Heartbeat extends Service {
 *       #loop = new LoopingCall(() => console.log('alive'));
 *
 *       override startService() {
 *         super.startService();
 *         void this.#loop.start(1);
 *       }
 *
 *       override stopService() {
 *         this.#loop.stop();
 *         return super.stopService();
 *       }
 *     }
 *
 * Both may be `async`; see {@link IService} for who waits. Twisted: `twisted.application.service.Service`.
 */
export class Service implements IService {
  #name: string | undefined;
  #parent: IServiceCollection | undefined;
  #running = false;

  get name(): string | undefined {
    return this.#name;
  }

  get parent(): IServiceCollection | undefined {
    return this.#parent;
  }

  get running(): boolean {
    return this.#running;
  }

  setName(name: string): void {
    if (this.#parent !== undefined) throw new Error(`${String(this)} has a parent and can't change its name`);
    this.#name = name;
  }

  setServiceParent(parent: IServiceCollection): Deferred<void> {
    if (this.#parent === undefined) return this.#enter(parent);
    return this.disownServiceParent().addCallback(() => this.#enter(parent));
  }

  disownServiceParent(): Deferred<void> {
    const parent = this.#parent;
    if (parent === undefined) return succeed<void>(undefined);
    this.#parent = undefined;
    return ensureDeferred(parent.removeService(this));
  }

  privilegedStartService(): Completion {
    // Subclasses say what there is to do.
  }

  startService(): Completion {
    this.#running = true;
  }

  stopService(): Completion {
    this.#running = false;
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.stopService();
  }

  /** `<StreamServerEndpointService web, running>`. */
  toString(): string {
    const name = this.#name === undefined ? '' : ` ${nameOfService(this)}`;
    return `<${this.constructor.name}${name}, ${this.#running ? 'running' : 'not running'}>`;
  }

  [inspect.custom](): string {
    return this.toString();
  }

  #enter(parent: IServiceCollection): Deferred<void> {
    this.#parent = parent;
    try {
      return ensureDeferred(parent.addService(this));
    } catch (error) {
      this.#parent = undefined;
      throw error;
    }
  }
}
