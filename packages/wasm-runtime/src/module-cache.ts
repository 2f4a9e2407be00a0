/** Values by key, least recently used first to go. What is being made already is not made twice. */
export interface ModuleCache<T> {
  /** The value of `key`, made by `make` if it is not there. A failure is not kept. */
  get(key: string, make: () => Promise<T>): Promise<T>;
  has(key: string): boolean;
  readonly size: number;
}

export interface ModuleCacheOptions<T> {
  /** How many values are kept. */
  readonly maxEntries: number;
  /** How large they may be together. */
  readonly maxBytes: number;
  /** Known only once a value is made: until then it has no size. */
  readonly sizeOf: (value: T) => number;
  /** Hears of every value that is not kept any more, or never was. */
  readonly dropped: (value: T) => void;
}

interface Entry<T> {
  readonly value: Promise<T>;
  sizeBytes: number;
}

export function createModuleCache<T>(options: ModuleCacheOptions<T>): ModuleCache<T> {
  const { maxEntries, maxBytes, sizeOf, dropped } = options;
  // A Map iterates in order of insertion: the first entry is the least recently used one.
  const entries = new Map<string, Entry<T>>();
  let totalBytes = 0;

  function remove(key: string): void {
    totalBytes -= entries.get(key)?.sizeBytes ?? 0;
    entries.delete(key);
  }

  function shrink(): void {
    for (const [key, { value }] of entries) {
      if (entries.size <= maxEntries && totalBytes <= maxBytes) return;
      remove(key);
      void value.then(dropped, () => {});
    }
  }

  function made(key: string, entry: Entry<T>, value: T): void {
    if (entries.get(key) !== entry) return;
    const sizeBytes = sizeOf(value);
    // One that is too large for the cache must not push out everything else first.
    if (sizeBytes > maxBytes) {
      remove(key);
      dropped(value);
      return;
    }
    entry.sizeBytes = sizeBytes;
    totalBytes += sizeBytes;
    shrink();
  }

  return {
    get(key, make) {
      const known = entries.get(key);
      if (known !== undefined) {
        entries.delete(key);
        entries.set(key, known);
        return known.value;
      }
      const value = make();
      const entry: Entry<T> = { value, sizeBytes: 0 };
      entries.set(key, entry);
      value.then(
        (each) => made(key, entry, each),
        () => {
          if (entries.get(key) === entry) remove(key);
        },
      );
      shrink();
      return value;
    },
    has: (key) => entries.has(key),
    get size() {
      return entries.size;
    },
  };
}
