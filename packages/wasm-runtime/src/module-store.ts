/**
 * Keeps what rewriting a module comes to, outside of this process, so that the next process need not do it again.
 *
 * What is kept is trusted like this package itself: a module that comes from there is not inspected and not rewritten again,
 * so whoever can write there decides what runs as metered. A store answers with just the bytes that were put, or with
 * nothing; it is for the store to see that they are whole. It never rejects.
 */
export interface ModuleStore {
  /** @param key - lower-case hexadecimal digits: the module, what it was built for, and the version of the rewrite. */
  get(key: string): Promise<Uint8Array | null>;
  put(key: string, entry: Uint8Array): Promise<void>;
}
