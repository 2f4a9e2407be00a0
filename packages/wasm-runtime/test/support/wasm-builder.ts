/**
 * Writes small WebAssembly modules, well-formed or not: an assembler of just what the tests need. Functions are called
 * by name, everything else is as in the binary format.
 */

export type ValType = "i32" | "i64" | "f32" | "f64" | "v128" | "funcref" | "externref" | "exnref";

/** The code of each type in the binary format, as its specification has it. */
export const VALUE_CODES: Record<ValType, number> = {
  i32: 0x7f,
  i64: 0x7e,
  f32: 0x7d,
  f64: 0x7c,
  v128: 0x7b,
  funcref: 0x70,
  externref: 0x6f,
  exnref: 0x69,
};

/** One instruction or part of one: its bytes, or a function whose index is not known yet. */
export type Code = number | { readonly callee: string };
export type Body = readonly (Code | Body)[];

export interface LimitsSpec {
  readonly minimum: number;
  readonly maximum?: number;
  /** Replaces the flags byte. */
  readonly flags?: number;
}

export type ImportSpec = { readonly module: string; readonly name: string } & (
  | { readonly params?: readonly ValType[]; readonly results?: readonly ValType[]; readonly as?: string }
  | { readonly memory: LimitsSpec }
  | { readonly table: LimitsSpec }
  | { readonly global: ValType }
  | { readonly tag: readonly ValType[] }
);

export interface FunctionSpec {
  readonly params?: readonly ValType[];
  readonly results?: readonly ValType[];
  readonly locals?: readonly ValType[];
  readonly body: Body;
  /** By default a function is exported under its own name. */
  readonly export?: string | false;
}

export interface ModuleSpec {
  readonly imports?: readonly ImportSpec[];
  readonly functions?: Readonly<Record<string, FunctionSpec>>;
  readonly tables?: readonly (LimitsSpec & { readonly element?: ValType })[];
  readonly memories?: readonly LimitsSpec[];
  readonly memoryExport?: string | false;
  readonly globals?: readonly { readonly type: "i32" | "i64"; readonly value: number | bigint }[];
  readonly tags?: readonly (readonly ValType[])[];
  readonly exports?: readonly { readonly name: string; readonly kind: number; readonly index: number }[];
  readonly start?: string;
  readonly data?: readonly { readonly offset: number; readonly bytes: Uint8Array }[];
  /** Adds a name section with the functions' names. */
  readonly names?: Readonly<Record<string, string>>;
  readonly custom?: readonly { readonly name: string; readonly bytes: Uint8Array }[];
  /** Replaces the content of sections, or adds them. */
  readonly rawSections?: Readonly<Record<number, readonly number[]>>;
}

const PREAMBLE = [0x00, 0x61, 0x73, 0x6d, 0x01, 0x00, 0x00, 0x00];

export function buildModule(spec: ModuleSpec): Uint8Array {
  const imports = spec.imports ?? [];
  const functions = Object.entries(spec.functions ?? {});
  const types: number[][] = [];
  const typeIndex = (params: readonly ValType[] = [], results: readonly ValType[] = []): number => {
    const type = [0x60, ...list(params.map(valueCode)), ...list(results.map(valueCode))];
    const known = types.findIndex((each) => each.join() === type.join());
    return known >= 0 ? known : types.push(type) - 1;
  };

  const indices = new Map<string, number>();
  for (const each of imports) {
    if (!("memory" in each || "table" in each || "global" in each || "tag" in each)) {
      indices.set(each.as ?? each.name, indices.size);
    }
  }
  const importedFunctions = indices.size;
  for (const [position, [name]] of functions.entries()) indices.set(name, importedFunctions + position);
  const indexOf = (name: string): number => {
    const index = indices.get(name);
    if (index === undefined) throw new Error(`no function ${name}`);
    return index;
  };

  const memories = spec.memories ?? [{ minimum: 1 }];
  const memoryExport = spec.memoryExport ?? "memory";
  const exports = [
    ...(memoryExport === false || memories.length === 0 ? [] : [{ name: memoryExport, kind: 2, index: 0 }]),
    ...functions.flatMap(([name, { export: exported = name }]) =>
      exported === false ? [] : [{ name: exported, kind: 0, index: indexOf(name) }],
    ),
    ...(spec.exports ?? []),
  ];
  const data = spec.data ?? [];

  const sections = new Map<number, readonly number[]>();
  const importSection = list(
    imports.map((each) => [...text(each.module), ...text(each.name), ...importDescription(each, typeIndex)]),
  );
  const functionSection = list(functions.map(([, { params, results }]) => uleb(typeIndex(params, results))));
  const tagSection = list((spec.tags ?? []).map((params) => [0x00, ...uleb(typeIndex(params))]));
  sections.set(1, list(types));
  if (imports.length > 0) sections.set(2, importSection);
  sections.set(3, functionSection);
  if (spec.tables) {
    sections.set(4, list(spec.tables.map((each) => [valueCode(each.element ?? "funcref"), ...limits(each)])));
  }
  if (memories.length > 0) sections.set(5, list(memories.map(limits)));
  if (spec.tags) sections.set(13, tagSection);
  if (spec.globals) {
    sections.set(
      6,
      list(
        spec.globals.map(({ type, value }) => [
          valueCode(type),
          0x01,
          type === "i32" ? 0x41 : 0x42,
          ...sleb(BigInt(value)),
          0x0b,
        ]),
      ),
    );
  }
  sections.set(7, list(exports.map(({ name, kind, index }) => [...text(name), kind, ...uleb(index)])));
  if (spec.start !== undefined) sections.set(8, uleb(indexOf(spec.start)));
  sections.set(10, list(functions.map(([, each]) => functionBody(each, indexOf))));
  if (data.length > 0) {
    sections.set(
      11,
      list(
        data.map(({ offset, bytes }) => [
          0x00,
          0x41,
          ...sleb(BigInt(offset)),
          0x0b,
          ...uleb(bytes.length),
          ...bytes,
        ]),
      ),
    );
  }
  for (const [id, content] of Object.entries(spec.rawSections ?? {})) sections.set(Number(id), content);

  const ordered = [1, 2, 3, 4, 5, 13, 6, 7, 8, 9, 12, 10, 11].filter((id) => sections.has(id));
  const unknown = [...sections.keys()].filter((id) => !ordered.includes(id));
  const custom = (spec.custom ?? []).map(({ name, bytes }) => section(0, [...text(name), ...bytes]));
  const names = spec.names === undefined ? [] : [section(0, nameSection(spec.names, indexOf))];
  return Uint8Array.from([
    ...PREAMBLE,
    ...[...ordered, ...unknown].flatMap((id) => section(id, sections.get(id) ?? [])),
    ...custom.flat(),
    ...names.flat(),
  ]);
}

function importDescription(
  spec: ImportSpec,
  typeIndex: (params?: readonly ValType[], results?: readonly ValType[]) => number,
): number[] {
  if ("memory" in spec) return [0x02, ...limits(spec.memory)];
  if ("table" in spec) return [0x01, valueCode("funcref"), ...limits(spec.table)];
  if ("tag" in spec) return [0x04, 0x00, ...uleb(typeIndex(spec.tag))];
  if ("global" in spec) return [0x03, valueCode(spec.global), 0x00];
  return [0x00, ...uleb(typeIndex(spec.params, spec.results))];
}

function functionBody({ locals = [], body }: FunctionSpec, indexOf: (name: string) => number): number[] {
  const code = [...list(locals.map((type) => [0x01, valueCode(type)])), ...assemble(body, indexOf), 0x0b];
  return [...uleb(code.length), ...code];
}

function assemble(body: Body, indexOf: (name: string) => number): number[] {
  return body.flatMap((each) => {
    if (typeof each === "number") return [each];
    return "callee" in each ? uleb(indexOf(each.callee)) : assemble(each, indexOf);
  });
}

function nameSection(names: Readonly<Record<string, string>>, indexOf: (name: string) => number): number[] {
  const entries = Object.entries(names)
    .map(([name, shown]) => ({ index: indexOf(name), shown }))
    .sort((a, b) => a.index - b.index);
  const functionNames = list(entries.map(({ index, shown }) => [...uleb(index), ...text(shown)]));
  return [...text("name"), 0x01, ...uleb(functionNames.length), ...functionNames];
}

function limits({ minimum, maximum, flags }: LimitsSpec): number[] {
  const head = flags ?? (maximum === undefined ? 0 : 1);
  return [head, ...uleb(minimum), ...(maximum === undefined ? [] : uleb(maximum))];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...uleb(content.length), ...content];
}

function valueCode(type: ValType): number {
  return VALUE_CODES[type];
}

function list(items: readonly (number | readonly number[])[]): number[] {
  return [...uleb(items.length), ...items.flat()];
}

export function text(value: string): number[] {
  const bytes = new TextEncoder().encode(value);
  return [...uleb(bytes.length), ...bytes];
}

export function uleb(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest >= 0x80; rest = Math.floor(rest / 0x80)) bytes.push((rest % 0x80) | 0x80);
  return [...bytes, rest];
}

function sleb(value: bigint): number[] {
  const bytes: number[] = [];
  for (let rest = value; ; ) {
    const low = Number(BigInt.asUintN(7, rest));
    rest >>= 7n;
    const last = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
    bytes.push(last ? low : low | 0x80);
    if (last) return bytes;
  }
}

/** A memory operand: alignment 1, and an offset. */
const at = (offset: number) => [0x00, ...uleb(offset)];

/** Instructions, named as in the text format. */
export const op = {
  unreachable: [0x00],
  drop: [0x1a],
  return: [0x0f],
  i32: (value: number): Body => [0x41, ...sleb(BigInt(value | 0))],
  i64: (value: bigint): Body => [0x42, ...sleb(value)],
  f32: (value: number): Body => [0x43, ...new Uint8Array(Float32Array.of(value).buffer)],
  f64: (value: number): Body => [0x44, ...new Uint8Array(Float64Array.of(value).buffer)],
  get: (local: number): Body => [0x20, ...uleb(local)],
  set: (local: number): Body => [0x21, ...uleb(local)],
  globalGet: (index: number): Body => [0x23, ...uleb(index)],
  globalSet: (index: number): Body => [0x24, ...uleb(index)],
  call: (callee: string): Body => [0x10, { callee }],
  block: (...body: Body): Body => [0x02, 0x40, body, 0x0b],
  loop: (...body: Body): Body => [0x03, 0x40, body, 0x0b],
  br: (depth: number): Body => [0x0c, depth],
  brIf: (depth: number): Body => [0x0d, depth],
  /** Runs `body`, and goes on behind it whatever it throws. */
  tryCatchAll: (...body: Body): Body => [0x02, 0x40, 0x1f, 0x40, 0x01, 0x02, 0x00, body, 0x0b, 0x0b],
  throw: (tag: number): Body => [0x08, ...uleb(tag)],
  i32Load: (offset = 0): Body => [0x28, at(offset)],
  i64Load: (offset = 0): Body => [0x29, at(offset)],
  i32Store: (offset = 0): Body => [0x36, at(offset)],
  i64Store: (offset = 0): Body => [0x37, at(offset)],
  f64Store: (offset = 0): Body => [0x39, at(offset)],
  memorySize: [0x3f, 0x00],
  memoryGrow: [0x40, 0x00],
  tableGrow: (table: number): Body => [0xfc, 0x0f, ...uleb(table)],
  refNull: [0xd0, 0x70],
  i32Eqz: [0x45],
  i32Sub: [0x6b],
  i32Add: [0x6a],
  i32DivS: [0x6d],
  i64Add: [0x7c],
  i64ExtendI32: [0xac],
  i64ExtendI32U: [0xad],
  i64Or: [0x84],
  i64Shl: [0x86],
  memoryFill: [0xfc, 0x0b, 0x00],
} as const satisfies Record<string, Body | ((...args: never[]) => Body)>;
