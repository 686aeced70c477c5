import type { IInternetAddress } from '../../src/interfaces/address.js';
import type {
  IHostnameResolver,
  IHostResolution,
  IResolutionReceiver,
  ResolveOptions,
} from '../../src/interfaces/resolver.js';

/** A resolver whose answers the test gives, when it likes. It serves one look-up. */
export class FakeResolver implements IHostnameResolver {
  asked:
    { readonly hostName: string; readonly portNumber: number; readonly options: ResolveOptions } | undefined;
  cancelled = 0;
  #receiver: IResolutionReceiver | undefined;
  #complete = false;

  resolveHostName(
    receiver: IResolutionReceiver,
    hostName: string,
    portNumber = 0,
    options: ResolveOptions = {},
  ): IHostResolution {
    this.asked = { hostName, portNumber, options };
    this.#receiver = receiver;
    const resolution = {
      name: hostName,
      cancel: () => {
        if (this.#complete) return;
        this.cancelled += 1;
        this.complete();
      },
    };
    receiver.resolutionBegan(resolution);
    return resolution;
  }

  find(...addresses: readonly IInternetAddress[]): void {
    for (const address of addresses) this.#receiver?.addressResolved(address);
  }

  complete(...errors: readonly Error[]): void {
    this.#complete = true;
    if (errors.length === 0) this.#receiver?.resolutionComplete();
    else this.#receiver?.resolutionComplete(errors);
  }
}
