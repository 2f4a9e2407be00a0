import type { WriteStream } from "node:tty";
import { styleText } from "node:util";

/** Marks text for a terminal, or leaves it as it is. */
export type Paint = (format: readonly Colour[], text: string) => string;

export type Colour = "bold" | "dim" | "green" | "red" | "yellow";

/** Colour where `stream` is a terminal that has it; none elsewhere, and none with NO_COLOR. */
export function createPaint(stream: WriteStream | NodeJS.WriteStream): Paint {
  return (format, text) => styleText([...format], text, { stream, validateStream: true });
}

/** No colour at all. */
export const plain: Paint = (_format, text) => text;
