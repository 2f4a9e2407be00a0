import type { ByteReader } from "../../binary/byte-reader.ts";
import { type CodeWriter, createCodeWriter } from "../code-writer.ts";
import type { Layout } from "../layout.ts";

/** Sections that speak of places in the code, or of functions in ways we do not follow: in a rewritten module they lie. */
const OUTDATED = /^(\.debug_|reloc\.|metadata\.code\.)|^(linking|sourceMappingURL|external_debug_info)$/;

/** The parts of a name section, by what they name. */
const NAMES = { functions: 1, locals: 2, labels: 3 } as const;

/**
 * The content of a custom section in the rewritten module: its name section with the functions' new indices, and without
 * the names of labels; most others as they are.
 *
 * @returns `null` for a section that would be wrong there, or that cannot be followed: none of them changes what runs.
 */
export function writeCustom(guest: ByteReader, layout: Layout): CodeWriter | null {
  const output = createCodeWriter();
  try {
    const name = guest.name();
    if (OUTDATED.test(name)) return null;
    output.text(name);
    if (name === "name") writeNames(guest, output, layout);
    else output.bytes(guest.rest());
    return output;
  } catch {
    return null;
  }
}

function writeNames(guest: ByteReader, output: CodeWriter, layout: Layout): void {
  while (!guest.atEnd) {
    const id = guest.byte();
    const part = guest.section(guest.u32());
    if (id === NAMES.labels) continue;
    output.byte(id);
    if (id !== NAMES.functions && id !== NAMES.locals) {
      const rest = part.rest();
      output.u32(rest.length);
      output.bytes(rest);
      continue;
    }
    const renumbered = createCodeWriter();
    const count = part.u32();
    renumbered.u32(count);
    for (let left = count; left > 0; left--) {
      renumbered.u32(layout.functionIndex(part.u32()));
      if (id === NAMES.functions) renumbered.text(part.name());
      else copyNameMap(part, renumbered);
    }
    output.sized(renumbered);
  }
}

function copyNameMap(part: ByteReader, output: CodeWriter): void {
  const count = part.u32();
  output.u32(count);
  for (let left = count; left > 0; left--) {
    output.u32(part.u32());
    output.text(part.name());
  }
}
