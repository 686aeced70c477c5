/** struct rlimit: a soft limit, which counts, and a hard one, up to which it may be raised. RLIM_INFINITY is Infinity. */
export interface ResourceLimit {
  soft: number;
  hard: number;
}
