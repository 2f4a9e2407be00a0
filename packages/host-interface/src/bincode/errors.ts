/** Why bytes are not the message they should be. `offset` is where, counted in bytes from the start of the message. */
export type BincodeFailure =
  | {
      readonly code: "UNEXPECTED_END";
      readonly offset: number;
      /** bincode words it differently when it is the text of a string that is missing. */
      readonly reading: "value" | "text";
    }
  | {
      readonly code: "INVALID_UTF8";
      readonly offset: number;
      /** How many bytes of the string are valid. */
      readonly validUpTo: number;
      /** How many bytes form the invalid sequence; `null` when the string ends inside a character. */
      readonly errorLength: number | null;
    }
  | { readonly code: "INVALID_BOOL"; readonly offset: number; readonly found: number }
  | { readonly code: "INVALID_OPTION_TAG"; readonly offset: number; readonly found: number }
  | {
      readonly code: "INVALID_VARIANT";
      readonly offset: number;
      readonly found: number;
      readonly variantCount: number;
    }
  | { readonly code: "INVALID_RESULT"; readonly offset: number; readonly found: number }
  | {
      readonly code: "SIZE_LIMIT";
      readonly offset: number;
      readonly foundBytes: number;
      readonly maxBytes: number;
    }
  | {
      /** The lists and maps hold more items than may be read. */
      readonly code: "ITEM_LIMIT";
      readonly offset: number;
      readonly maxItems: number;
    };

/**
 * Bytes that are not a message of their schema. `failure` is for programs; `message` is, to the letter, what bincode
 * 1.3.3 on a 64-bit host displays for the same bytes, because guests get to see it inside error values. bincode counts no
 * items: `ITEM_LIMIT` has the words of its size limit.
 */
export class BincodeError extends Error {
  override readonly name = "BincodeError";
  readonly failure: BincodeFailure;

  constructor(failure: BincodeFailure) {
    super(display(failure));
    this.failure = failure;
  }
}

function display(failure: BincodeFailure): string {
  switch (failure.code) {
    case "UNEXPECTED_END":
      return failure.reading === "text" ? "io error: " : "io error: unexpected end of file";
    case "INVALID_UTF8": {
      const { validUpTo, errorLength } = failure;
      const problem =
        errorLength === null
          ? `incomplete utf-8 byte sequence from index ${validUpTo}`
          : `invalid utf-8 sequence of ${errorLength} bytes from index ${validUpTo}`;
      return `string is not valid utf8: ${problem}`;
    }
    case "INVALID_BOOL":
      return `invalid u8 while decoding bool, expected 0 or 1, found ${failure.found}`;
    case "INVALID_OPTION_TAG":
      return `tag for enum is not valid, found ${failure.found}`;
    case "INVALID_VARIANT":
      return `invalid value: integer \`${failure.found}\`, expected variant index 0 <= i < ${failure.variantCount}`;
    case "INVALID_RESULT":
      return `invalid value: integer \`${failure.found}\`, expected \`Ok\` or \`Err\``;
    case "SIZE_LIMIT":
    case "ITEM_LIMIT":
      return "the size limit has been reached";
  }
}
