/** struct rlimit: a soft limit, which counts, and a hard one, up to which it may be raised. RLIM_INFINITY is Infinity. */
export interface ResourceLimit {
  /** What counts. The process may change it, up to `hard`. */
  soft: number;
  /** Up to here the soft limit may be raised. */
  hard: number;
}

/** RLIM_INFINITY: all bits set in 64. */
const UNLIMITED = 0xffff_ffff_ffff_ffffn;

export function decodeResourceLimit(bytes: Buffer, limit: ResourceLimit): void {
  limit.soft = fromKernel(bytes.readBigUInt64LE(0));
  limit.hard = fromKernel(bytes.readBigUInt64LE(8));
}

export function encodeResourceLimit(limit: Readonly<ResourceLimit>, bytes: Buffer): void {
  bytes.writeBigUInt64LE(toKernel(limit.soft), 0);
  bytes.writeBigUInt64LE(toKernel(limit.hard), 8);
}

function fromKernel(value: bigint): number {
  return value === UNLIMITED ? Infinity : Number(value);
}

function toKernel(value: number): bigint {
  return value === Infinity ? UNLIMITED : BigInt(value);
}
