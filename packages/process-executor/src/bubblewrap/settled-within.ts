/** Waits for a promise, and no longer than `ms`; calls `otherwise` when it has not settled by then. */
export async function settledWithin(
  promise: Promise<unknown>,
  ms: number,
  otherwise: () => void,
): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const timedOut = new Promise<void>((resolve) => {
    timer = setTimeout(() => {
      otherwise();
      resolve();
    }, ms);
  });
  await Promise.race([promise, timedOut]);
  clearTimeout(timer);
}
