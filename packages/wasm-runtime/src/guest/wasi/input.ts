/** What is left of the guest's standard input. */
export interface Input {
  remaining(): Uint8Array;
  /** Counts bytes as read. */
  skip(bytes: number): void;
}

export function createInput(stdin: Uint8Array): Input {
  let position = 0;
  return {
    remaining: () => stdin.subarray(position),
    skip(bytes) {
      position += bytes;
    },
  };
}
