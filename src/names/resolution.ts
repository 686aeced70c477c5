import type { DNSLookupError } from '../errors/connect-errors.js';
import type { IInternetAddress } from '../interfaces/address.js';
import type { IHostResolution, IResolutionReceiver } from '../interfaces/resolver.js';
import { getLog } from '../logger/log.js';

const log = getLog('names');

/**
 * A look-up under way, and the only one who talks to its receiver: after `resolutionComplete` nothing more is told.
 * What the receiver throws is logged; the look-up's other answers still reach it.
 */
export class Resolution implements IHostResolution {
  readonly name: string;
  readonly #receiver: IResolutionReceiver;
  readonly #errors: Error[] = [];
  #pending: number;
  #complete = false;

  /** `parts` is how often `partDone` will be called. */
  constructor(name: string, receiver: IResolutionReceiver, parts: number) {
    this.name = name;
    this.#receiver = receiver;
    this.#pending = parts;
  }

  begin(): void {
    this.#isolated(() => this.#receiver.resolutionBegan(this));
    if (this.#pending === 0) this.#end();
  }

  found(address: IInternetAddress): void {
    if (!this.#complete) this.#isolated(() => this.#receiver.addressResolved(address));
  }

  /** One of the parts will find no more; the last one completes the look-up. */
  partDone(error?: DNSLookupError): void {
    if (error !== undefined) this.#errors.push(error);
    this.#pending -= 1;
    if (this.#pending === 0) this.#end();
  }

  cancel(): void {
    this.#end();
  }

  #end(): void {
    if (this.#complete) return;
    this.#complete = true;
    this.#isolated(() => {
      if (this.#errors.length === 0) this.#receiver.resolutionComplete();
      else this.#receiver.resolutionComplete(this.#errors);
    });
  }

  #isolated(tell: () => void): void {
    try {
      tell();
    } catch (error) {
      log.failure('The receiver of the addresses of {name} failed', { value: error }, { name: this.name });
    }
  }
}
