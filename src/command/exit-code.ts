/** What the process ends with. A second signal ends it with 128 and the signal's number, as shells say it. */
export const EXIT = {
  /** It was stopped in good order, or had nothing else to do than to answer. */
  ok: 0,
  /** It couldn't start (listen, load the module), or couldn't stop in good order. */
  failed: 1,
  /** The command line can't be understood. Nothing was started. */
  usage: 2,
} as const;
