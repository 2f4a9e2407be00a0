import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/**
 * The function that collects the heap of the thread that it is called on.
 *
 * Only a context that is made under the flag has the function; the contexts that guests are called from have not.
 */
export function exposeEngineCollector(): () => void {
  setFlagsFromString("--expose-gc");
  const collect: () => void = runInNewContext("gc");
  setFlagsFromString("--no-expose-gc");
  return collect;
}
