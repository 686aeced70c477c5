/** See install-node.mjs. */
export const PROMISED: readonly string[];
export function installNode(version: string): string;
