/** A delayed call was made already (or is being made), so it can't be cancelled or moved. Twisted: `AlreadyCalled`. */
export class AlreadyCalled extends Error {
  override readonly name: string = 'AlreadyCalled';

  constructor(message = 'The delayed call has already been made', options?: ErrorOptions) {
    super(message, options);
  }
}

/** A delayed call was cancelled already. Twisted: `AlreadyCancelled`. */
export class AlreadyCancelled extends Error {
  override readonly name: string = 'AlreadyCancelled';

  constructor(message = 'The delayed call has already been cancelled', options?: ErrorOptions) {
    super(message, options);
  }
}
