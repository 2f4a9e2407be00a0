// How bytes cross the border between host and guest. What the host knows the address of lies in memory that
// AssemblyScript's garbage collector does not look after, so it stays where it is until the instance ends.

/** The host asks for room for the input of `evaluate`. Export it from every challenge. */
export function alloc(size: i32): usize {
  return heap.alloc(size);
}

/** The same with an alignment; heap.alloc always aligns to 16. A guest that exports it speaks ABI level "head". */
export function allocate(size: i32, align: i32): usize {
  return heap.alloc(size);
}

/** A copy of the bytes that the host wrote at `pointer`. */
export function received(pointer: usize, length: i32): Uint8Array {
  const bytes = new Uint8Array(length);
  memory.copy(bytes.dataStart, pointer, length);
  return bytes;
}

/** Puts `bytes` where the host can fetch them, and says where: the length in the upper half, the address in the lower. */
export function handedOver(bytes: Uint8Array): i64 {
  const pointer = alloc(bytes.length);
  memory.copy(pointer, bytes.dataStart, bytes.length);
  return (<i64>bytes.length << 32) | <i64>pointer;
}
