import type { DenyReason } from "../reasons.ts";
import type { RequestCopy } from "../request.ts";
import { fitsInBytes, MAX_STRING_BYTES, textProblem } from "../text.ts";

/** Limits on what a request may carry as arguments. */
export interface ArgumentLimits {
  readonly maxArguments: number;
  readonly maxArgumentBytes: number;
}

/**
 * Can the arguments be passed as they are? They are literal: nothing in them is special to us, and no shell sees them.
 * Arguments that are too many or too large are not looked at one by one.
 */
export function matchArguments(
  { maxArguments, maxArgumentBytes }: ArgumentLimits,
  { args, argumentCount }: Pick<RequestCopy, "args" | "argumentCount">,
): readonly DenyReason[] {
  if (argumentCount > maxArguments)
    return [{ code: "ARGUMENTS_TOO_MANY", count: argumentCount, maximum: maxArguments }];
  if (!fitsInBytes(args, 1, maxArgumentBytes))
    return [{ code: "ARGUMENTS_TOO_LARGE", maximumBytes: maxArgumentBytes }];
  return args.flatMap((argument, index): DenyReason[] => {
    const problem = textProblem(argument);
    if (problem !== null) return [{ code: "ARGUMENT_MALFORMED", index, problem }];
    if (!fitsInBytes([argument], 0, MAX_STRING_BYTES))
      return [{ code: "ARGUMENT_TOO_LONG", index, maximumBytes: MAX_STRING_BYTES }];
    return [];
  });
}
