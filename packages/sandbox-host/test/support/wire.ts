/** A second, tiny encoder: expected bytes are written down without the codec that is under test. */
export function wire(...parts: readonly Uint8Array[]): Uint8Array {
  return new Uint8Array(Buffer.concat(parts));
}

export function u32(value: number): Uint8Array {
  const bytes = Buffer.alloc(4);
  bytes.writeUInt32LE(value >>> 0);
  return bytes;
}

export function u64(value: bigint | number): Uint8Array {
  const bytes = Buffer.alloc(8);
  bytes.writeBigUInt64LE(BigInt(value));
  return bytes;
}

/** A `Vec<u8>` or a `String`: its length, then its bytes. */
export function counted(content: string | Uint8Array): Uint8Array {
  const bytes = Buffer.from(content);
  return wire(u64(bytes.length), bytes);
}

/** `Ok(SandboxExecResponse)`, the same at every level. */
export function okAnswer(exitCode: number, stdout: string, stderr: string, durationMs: number): Uint8Array {
  return wire(u32(0), u32(exitCode), counted(stdout), counted(stderr), u64(durationMs));
}

/** `Err` with the index of its variant and the variant's content. */
export function errAnswer(variant: number, ...content: readonly Uint8Array[]): Uint8Array {
  return wire(u32(1), u32(variant), ...content);
}
