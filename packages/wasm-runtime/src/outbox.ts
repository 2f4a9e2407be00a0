/** Collects messages and posts them together: posting costs about the same for one as for many. */
export interface Outbox<T> {
  /** The message is posted when the event loop comes by, after those that were added before it. */
  add(message: T, transfer?: readonly ArrayBuffer[]): void;
}

export function createOutbox<T>(post: (messages: readonly T[], transfer: ArrayBuffer[]) => void): Outbox<T> {
  let messages: T[] = [];
  let buffers: ArrayBuffer[] = [];

  function flush(): void {
    const [posted, transferred] = [messages, buffers];
    messages = [];
    buffers = [];
    post(posted, transferred);
  }

  return {
    add(message, transfer = []) {
      if (messages.length === 0) setImmediate(flush);
      messages.push(message);
      buffers.push(...transfer);
    },
  };
}
