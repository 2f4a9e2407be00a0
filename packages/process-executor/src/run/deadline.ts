/** The first reason to end a run wins, and is the only one. */
export type EndCause =
  | { readonly kind: "timed-out" }
  | { readonly kind: "output-limit"; readonly stream: "stdout" | "stderr" }
  | { readonly kind: "cancelled" };

export interface EndCauses {
  readonly first: () => EndCause | null;
  /** Records the cause and ends the command, unless it was ended already. */
  end(cause: EndCause): void;
  /** Stops the clock and lets go of the signal. */
  [Symbol.dispose](): void;
}

/** What is watched for one run. */
export interface Watched {
  readonly timeoutMs: number;
  readonly signal: AbortSignal | undefined;
  /**
   * Whether the command is said to have ended by itself. It decides what the end is called and nothing else: the saying comes from inside the
   * sandbox, and the kill comes in any case.
   */
  readonly hasEnded: () => boolean;
  /** Called at most once. */
  readonly onEnd: () => void;
}

/** Watches the clock and the caller's signal of one run. */
export function watchForEnd({ timeoutMs, signal, hasEnded, onEnd }: Watched): EndCauses {
  let first: EndCause | null = null;
  let ending = false;
  let disposed = false;
  const end = (cause: EndCause) => {
    if (ending || disposed) return;
    ending = true;
    if (!hasEnded()) first = cause;
    onEnd();
  };
  // After a starved event loop the timer fires before the news that the command had ended in time: read the news first.
  const timer = setTimeout(() => setImmediate(() => end({ kind: "timed-out" })), timeoutMs);
  const onAbort = () => end({ kind: "cancelled" });
  if (signal?.aborted) onAbort();
  else signal?.addEventListener("abort", onAbort, { once: true });
  return {
    first: () => first,
    end,
    [Symbol.dispose]() {
      disposed = true;
      clearTimeout(timer);
      signal?.removeEventListener("abort", onAbort);
    },
  };
}
