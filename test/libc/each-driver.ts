import { type Driver, type DriverName, MissingDriverError, getDriver } from '../../src/libc/index.js';

const names: readonly DriverName[] = ['koffi', 'ffi-napi'];

/** The driver of this name, or undefined if its package isn't installed. Any other trouble is thrown. */
function installedDriver(name: DriverName): Driver | undefined {
  try {
    return getDriver(name);
  } catch (error) {
    if (error instanceof MissingDriverError) return undefined;
    throw error;
  }
}

/** All drivers that this machine has. */
export function installedDrivers(): readonly Driver[] {
  return names.map(installedDriver).filter((driver) => driver !== undefined);
}

/**
 * The same tests for each driver that talks to the real kernel. One whose package isn't installed shows up as a
 * pending test, unless HEDDLE_FFI asks for it: then its absence is an error.
 */
export function describeEachDriver(title: string, tests: (driver: Driver) => void): void {
  for (const name of names) {
    const driver = process.env['HEDDLE_FFI'] === name ? getDriver(name) : installedDriver(name);
    describe(`${title} over ${name}`, () => {
      if (driver === undefined) it('has to wait for its package to be installed');
      else tests(driver);
    });
  }
}
