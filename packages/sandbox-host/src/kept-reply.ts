import { hash } from "node:crypto";
import type { AbiLevel } from "@assay/host-interface";

/** Room for the one answer that did not fit into a guest's buffer. */
export interface KeptReply {
  /** The answer kept for exactly these request bytes at this level; `null` for any other request. */
  find(abi: AbiLevel, request: Uint8Array): Uint8Array | null;
  /** Keeps `encoded` in place of whatever was kept. `false`: it is above the bound, and nothing is kept now. */
  keep(abi: AbiLevel, request: Uint8Array, encoded: Uint8Array): boolean;
  /** Forgets what is kept, if anything. */
  forget(): void;
}

/**
 * Holds at most one answer of at most `maxBytes` bytes.
 *
 * The request is remembered as its length and SHA-256, so a large request costs nothing to keep.
 */
export function createKeptReply(maxBytes: number): KeptReply {
  let kept: { abi: AbiLevel; requestLength: number; requestSha256: string; encoded: Uint8Array } | null =
    null;
  return {
    find(abi, request) {
      if (kept === null || kept.abi !== abi || kept.requestLength !== request.length) return null;
      return kept.requestSha256 === hash("sha256", request) ? kept.encoded : null;
    },
    keep(abi, request, encoded) {
      kept = null;
      if (encoded.length > maxBytes) return false;
      kept = { abi, requestLength: request.length, requestSha256: hash("sha256", request), encoded };
      return true;
    },
    forget() {
      kept = null;
    },
  };
}
