import type { IService } from '../interfaces/index.js';

/** One service that couldn't be stopped, and why. */
export interface StopFailure {
  /** The service that failed to stop. */
  readonly service: IService;
  /** What its `stopService` threw or failed with. */
  readonly error: unknown;
}

/** Some services of a collection failed to stop. All others were stopped. `errors` are the reasons. Not in Twisted. */
export class ServiceStopError extends AggregateError {
  static {
    this.prototype.name = 'ServiceStopError';
  }

  constructor(
    /** In the order in which they failed. */
    readonly failures: readonly StopFailure[],
  ) {
    super(
      failures.map(({ error }) => error),
      `Failed to stop: ${failures.map(({ service }) => nameOfService(service)).join(', ')}`,
    );
  }
}

/** What a service is called in messages: its name, or its class. */
export function nameOfService({ name, constructor }: IService): string {
  return name ?? constructor.name;
}
