import type { Peer } from './row.js';

/** The FFI drivers of heddle. Where ffi-napi's packages aren't installed, its peer is left out and says so. */
export const DRIVERS = ['koffi', 'ffi-napi'] as const;

/** The peer on this driver, whatever the command line and the environment say; it is named after the driver. */
export function onDriver(peer: Peer, driver: (typeof DRIVERS)[number]): Peer {
  return {
    name: driver,
    command: (settings) => ['env', `HEDDLE_FFI=${driver}`, ...peer.command(settings)],
  };
}
