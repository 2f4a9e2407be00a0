/** The error numbers of WASI preview 1 that guests get from us. */
export const ERRNO = {
  success: 0,
  /** No such descriptor is open. */
  badf: 8,
  /** A pointer of the guest leads out of its memory. */
  fault: 21,
  inval: 28,
  nosys: 52,
  notsock: 57,
  /** Not something that has positions. */
  spipe: 70,
  /** The descriptor does not allow it: none of ours leads to a file. */
  notcapable: 76,
} as const;

export type Errno = (typeof ERRNO)[keyof typeof ERRNO];
