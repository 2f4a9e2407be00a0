/** Values by key, least recently used first to go. What is being made already is not made twice. */
export interface ModuleCache<T> {
  /** The value of `key`, made by `make` if it is not there. A failure is not kept. */
  get(key: string, sizeBytes: number, make: () => Promise<T>): Promise<T>;
  readonly size: number;
}

/**
 * @param maxEntries - how many values are kept.
 * @param maxBytes - how large they may be together, by the `sizeBytes` that `get` is told.
 */
export function createModuleCache<T>(maxEntries: number, maxBytes: number): ModuleCache<T> {
  // A Map iterates in order of insertion: the first entry is the least recently used one.
  const entries = new Map<string, { readonly value: Promise<T>; readonly sizeBytes: number }>();
  let totalBytes = 0;

  function remove(key: string): void {
    totalBytes -= entries.get(key)?.sizeBytes ?? 0;
    entries.delete(key);
  }

  function shrink(): void {
    for (const key of entries.keys()) {
      if (entries.size <= maxEntries && totalBytes <= maxBytes) return;
      remove(key);
    }
  }

  return {
    get(key, sizeBytes, make) {
      const known = entries.get(key);
      if (known !== undefined) {
        entries.delete(key);
        entries.set(key, known);
        return known.value;
      }
      const value = make();
      // One that is too large for the cache must not push out everything else first.
      if (sizeBytes > maxBytes) return value;
      entries.set(key, { value, sizeBytes });
      totalBytes += sizeBytes;
      value.catch(() => {
        if (entries.get(key)?.value === value) remove(key);
      });
      shrink();
      return value;
    },
    get size() {
      return entries.size;
    },
  };
}
