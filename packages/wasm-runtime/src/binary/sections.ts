import { type ByteReader, createByteReader, malformed } from "./byte-reader.ts";
import { unsupported } from "./unsupported.ts";

/** Section ids of the WebAssembly binary format. */
export const SECTION = {
  custom: 0,
  type: 1,
  import: 2,
  function: 3,
  table: 4,
  memory: 5,
  global: 6,
  export: 7,
  start: 8,
  element: 9,
  code: 10,
  data: 11,
  dataCount: 12,
  tag: 13,
} as const;

const HIGHEST_SECTION = SECTION.tag;
const PREAMBLE_BYTES = 8;
const MAGIC = [0x00, 0x61, 0x73, 0x6d];
const CORE_VERSION = [0x01, 0x00, 0x00, 0x00];
const COMPONENT_LAYER = [0x01, 0x00];

/** One section: its whole span in the module, id and length included, and a reader of its content. */
export interface Section {
  readonly id: number;
  readonly start: number;
  readonly end: number;
  readonly content: ByteReader;
}

/**
 * The sections of a module in their order.
 *
 * @throws {WasmRuntimeError} `MODULE_REFUSED` `invalid`, or `unsupported` for a component or an unknown section.
 */
export function* readSections(bytes: Uint8Array): Generator<Section> {
  readPreamble(bytes);
  const seen = new Set<number>();
  const reader = createByteReader(bytes, PREAMBLE_BYTES);
  while (!reader.atEnd) {
    const start = reader.offset;
    const id = reader.byte();
    if (id > HIGHEST_SECTION) throw unsupported("unknown-section", `section ${id} at byte ${start}`);
    if (id !== SECTION.custom && seen.has(id)) throw malformed(start, `a second section ${id}`);
    seen.add(id);
    const content = reader.section(reader.u32());
    yield { id, start, end: reader.offset, content };
  }
}

function readPreamble(bytes: Uint8Array): void {
  if (!MAGIC.every((expected, index) => bytes[index] === expected)) {
    throw malformed(0, "no magic number");
  }
  if (CORE_VERSION.every((expected, index) => bytes[4 + index] === expected)) return;
  if (COMPONENT_LAYER.every((expected, index) => bytes[6 + index] === expected)) {
    throw unsupported("component", "a component, not a core module");
  }
  throw malformed(4, "an unknown version");
}
