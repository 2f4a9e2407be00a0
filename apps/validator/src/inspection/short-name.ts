import { shorten } from "../report/shorten.ts";

const MAX_NAME_CHARACTERS = 1024;

/** A name of a module, which can be as long as the module, with `…` where it was cut. */
export function shortName(name: string): string {
  const { text, omitted } = shorten(name, MAX_NAME_CHARACTERS);
  return omitted === 0 ? text : `${text}…`;
}
