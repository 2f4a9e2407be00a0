import {
  type EvaluationOutput,
  encodeEvaluationOutput,
  encodeSandboxExecRequest,
} from "@assay/host-interface";

/** An import as `platform_sandbox` has it, or as a guest wrongly thinks that it has. */
interface Import {
  readonly module: string;
  readonly name: string;
  readonly params: number;
  readonly result: "i32" | "i64" | null;
}

/** A guest of a few bytes, at level head. Every function that is not described does the plainest thing that works. */
export interface GuestDescription {
  readonly imports?: readonly Import[];
  /** Instructions of `evaluate`, which must leave an i64. */
  readonly evaluate?: readonly number[];
  /** Instructions of `alloc` and `allocate`, which must leave an i32. */
  readonly alloc?: readonly number[];
  /** Instructions of `validate`, which must leave an i32. */
  readonly validate?: readonly number[];
  readonly memoryPages?: number;
  /** Bytes that lie in memory at `DATA`. */
  readonly data?: Uint8Array;
}

/** Where a guest's data lies; below is what `alloc` gives away. */
export const DATA = 0x8000;
const ROOM = 0x400;
const BUFFER = 0x1000;
const BUFFER_BYTES = 0x4000;

export const UNREACHABLE = [0x00];
/** `loop br 0 end`, and `unreachable` to please the validator. */
export const ENDLESS_LOOP = [0x03, 0x40, 0x0c, 0x00, 0x0b, 0x00];

/** `evaluate` of a guest without imports, calling itself. */
export const RECURSE = [0x20, 0x00, 0x20, 0x01, 0x10, 0x02];

export const VALID: EvaluationOutput = {
  score: 7n,
  valid: true,
  message: "fine",
  metrics: null,
  details: null,
};

/** Counts in the first word of memory, from 0: 21 million units of fuel, in rounds of 14. */
const COUNTING_LOOP = [
  ...[0x41, 0, 0x41, 0, 0x36, 0, 0], // i32.store
  ...[0x03, 0x40], // loop
  ...[0x41, 0, 0x41, 0, 0x28, 0, 0, 0x41, 1, 0x6a, 0x36, 0, 0], // i32.load, i32.add, i32.store
  ...[0x41, 0, 0x28, 0, 0, 0x41, ...signed(1_500_000n), 0x49, 0x0d, 0, 0x0b], // i32.lt_u, br_if, end
];
/** A NaN with bits of its own, plus 1, as an i64. */
const NAN_BITS = [
  ...i64Const(0x7ff8_dead_beef_0001n),
  ...[0xbf, 0x44, 0, 0, 0, 0, 0, 0, 0xf0, 0x3f, 0xa0, 0xbd], // f64.reinterpret, f64.const 1, f64.add, i64.reinterpret
];

/** Returns `output`, whatever the submission is. */
export function answeringGuest(output: EvaluationOutput): Uint8Array<ArrayBuffer> {
  const data = encodeEvaluationOutput("head", output);
  return guestModule({ data, evaluate: i64Const(packed(DATA, data.length)) });
}

/** Runs `command`, logs `line`, and returns `output`. */
export function talkingGuest(
  command: readonly string[],
  line: string,
  output: EvaluationOutput,
): Uint8Array<ArrayBuffer> {
  const [program = "", ...args] = command;
  const request = encodeSandboxExecRequest("head", {
    command: program,
    args,
    env: [],
    workingDirectory: null,
    stdin: null,
    timeoutMs: null,
  });
  const text = new TextEncoder().encode(line);
  const answer = encodeEvaluationOutput("head", output);
  const [textAt, answerAt] = [DATA + request.length, DATA + request.length + text.length];
  return guestModule({
    imports: [
      { module: "platform_sandbox", name: "sandbox_exec", params: 4, result: "i32" },
      { module: "platform_sandbox", name: "log_message", params: 3, result: null },
    ],
    data: Buffer.concat([request, text, answer]),
    evaluate: [
      ...call(0, [DATA, request.length, BUFFER, BUFFER_BYTES]),
      0x1a, // drop
      ...call(1, [1, textAt, text.length]),
      ...i64Const(packed(answerAt, answer.length)),
    ],
  });
}

/** Writes `text` to the standard output of WASI, and returns VALID with details that WASI decides: 8 random bytes, and how fine its clock is. */
export function wasiGuest(text: string): Uint8Array<ArrayBuffer> {
  const [fdWrite, randomGet, clockResGet] = [0, 1, 2];
  const written = new TextEncoder().encode(text);
  const answer = encodeEvaluationOutput("head", { ...VALID, details: new Uint8Array(16) });
  const vector = new Uint8Array(Uint32Array.of(DATA + 8, written.length).buffer);
  const answerAt = DATA + 8 + written.length;
  // The details are the last bytes of an answer.
  const detailsAt = answerAt + answer.length - 16;
  return guestModule({
    imports: [
      { module: "wasi_snapshot_preview1", name: "fd_write", params: 4, result: "i32" },
      { module: "wasi_snapshot_preview1", name: "random_get", params: 2, result: "i32" },
      { module: "wasi_snapshot_preview1", name: "clock_res_get", params: 2, result: "i32" },
    ],
    data: Buffer.concat([vector, written, answer]),
    evaluate: [
      ...[...call(fdWrite, [1, DATA, 1, BUFFER]), 0x1a],
      ...[...call(randomGet, [detailsAt, 8]), 0x1a],
      ...[...call(clockResGet, [0, detailsAt + 8]), 0x1a],
      ...i64Const(packed(answerAt, answer.length)),
    ],
  });
}

/** Bytes that the witness has for each command. */
export const SEEN_BYTES = 1024;

/**
 * Runs `commands`, computes and asks for the time between them, and returns in its details all that it saw: times, answers, the status of
 * each call, and the bits of a NaN that it computed.
 */
export function witnessGuest(commands: readonly (readonly string[])[]): Uint8Array<ArrayBuffer> {
  const [getTimestamp, sandboxExec] = [0, 1];
  const requests = commands.map(([command = "", ...args]) =>
    encodeSandboxExecRequest("head", {
      command,
      args,
      env: [],
      workingDirectory: null,
      stdin: null,
      timeoutMs: null,
    }),
  );
  const seenBytes = SEEN_BYTES * commands.length;
  // The details come last: whatever is written over them is what is returned.
  const answer = encodeEvaluationOutput("head", { ...VALID, details: new Uint8Array(seenBytes) });
  const seenAt = DATA + answer.length - seenBytes;
  const requestAt = (index: number) =>
    DATA + answer.length + requests.slice(0, index).reduce((sum, { length }) => sum + length, 0);
  const look = (index: number) => {
    const at = seenAt + SEEN_BYTES * index;
    return [
      ...i32Const(at),
      ...[0x10, getTimestamp, 0x37, 0, 0], // call, i64.store
      ...COUNTING_LOOP,
      ...i32Const(at + 8),
      ...call(sandboxExec, [requestAt(index), requests[index]?.length ?? 0, at + 24, SEEN_BYTES - 24]),
      ...[0x36, 0, 0], // i32.store
      ...i32Const(at + 16),
      ...NAN_BITS,
      ...[0x37, 0, 0], // i64.store
    ];
  };
  return guestModule({
    imports: [
      { module: "platform_sandbox", name: "get_timestamp", params: 0, result: "i64" },
      { module: "platform_sandbox", name: "sandbox_exec", params: 4, result: "i32" },
    ],
    data: Buffer.concat([answer, ...requests]),
    evaluate: [...commands.flatMap((_, index) => look(index)), ...i64Const(packed(DATA, answer.length))],
  });
}

/** Logs `line` so many times, and returns `VALID`. */
export function chattyGuest(line: string, times: number): Uint8Array<ArrayBuffer> {
  const text = new TextEncoder().encode(line);
  const answer = encodeEvaluationOutput("head", VALID);
  return guestModule({
    imports: [{ module: "platform_sandbox", name: "log_message", params: 3, result: null }],
    data: Buffer.concat([text, answer]),
    evaluate: [
      ...Array.from({ length: times }, () => call(0, [1, DATA, text.length])).flat(),
      ...i64Const(packed(DATA + text.length, answer.length)),
    ],
  });
}

/** Logs `line` and then never ends. */
export function loopingGuest(line: string): Uint8Array<ArrayBuffer> {
  const data = new TextEncoder().encode(line);
  return guestModule({
    imports: [{ module: "platform_sandbox", name: "log_message", params: 3, result: null }],
    data,
    evaluate: [...call(0, [1, DATA, data.length]), ...ENDLESS_LOOP],
  });
}

const I32 = 0x7f;
const I64 = 0x7e;
const RESULTS = { i32: [I32], i64: [I64], none: [] };

/** The bytes of the guest's module. */
export function guestModule(guest: GuestDescription): Uint8Array<ArrayBuffer> {
  const { imports = [], data = new Uint8Array(), memoryPages = 2 } = guest;
  const types = [
    functionType(1, [I32]), // alloc
    functionType(2, [I32]), // allocate, validate
    functionType(2, [I64]), // evaluate
    ...imports.map(({ params, result }) => functionType(params, RESULTS[result ?? "none"])),
  ];
  const first = imports.length;
  const exported = (name: string, kind: number, index: number) => [...text(name), kind, ...unsigned(index)];
  return new Uint8Array([
    ...[0x00, 0x61, 0x73, 0x6d, 1, 0, 0, 0],
    ...section(1, list(types)),
    ...section(
      2,
      list(
        imports.map(({ module, name }, index) => [...text(module), ...text(name), 0, ...unsigned(3 + index)]),
      ),
    ),
    ...section(3, list([[0], [1], [2], [1]])),
    ...section(5, list([[0, ...unsigned(memoryPages)]])),
    ...section(
      7,
      list([
        exported("memory", 2, 0),
        exported("alloc", 0, first),
        exported("allocate", 0, first + 1),
        exported("evaluate", 0, first + 2),
        exported("validate", 0, first + 3),
      ]),
    ),
    ...section(
      10,
      list([
        body(guest.alloc ?? i32Const(ROOM)),
        body(guest.alloc ?? i32Const(ROOM)),
        body(guest.evaluate ?? i64Const(0n)),
        body(guest.validate ?? i32Const(1)),
      ]),
    ),
    ...section(11, list([[0, ...i32Const(DATA), 0x0b, ...unsigned(data.length), ...data]])),
  ]);
}

export function i32Const(value: number): number[] {
  return [0x41, ...signed(BigInt(value | 0))];
}

export function i64Const(value: bigint): number[] {
  return [0x42, ...signed(BigInt.asIntN(64, value))];
}

function packed(pointer: number, length: number): bigint {
  return (BigInt(length) << 32n) | BigInt(pointer);
}

function call(index: number, args: readonly number[]): number[] {
  return [...args.flatMap(i32Const), 0x10, ...unsigned(index)];
}

function body(instructions: readonly number[]): number[] {
  const code = [0, ...instructions, 0x0b];
  return [...unsigned(code.length), ...code];
}

function functionType(params: number, results: readonly number[]): number[] {
  return [0x60, ...unsigned(params), ...Array<number>(params).fill(I32), results.length, ...results];
}

function section(id: number, content: readonly number[]): number[] {
  return [id, ...unsigned(content.length), ...content];
}

function list(items: readonly (readonly number[])[]): number[] {
  return [...unsigned(items.length), ...items.flat()];
}

function text(value: string): number[] {
  const bytes = [...Buffer.from(value)];
  return [...unsigned(bytes.length), ...bytes];
}

function unsigned(value: number): number[] {
  return value < 0x80 ? [value] : [(value & 0x7f) | 0x80, ...unsigned(value >>> 7)];
}

function signed(value: bigint): number[] {
  const low = Number(value & 0x7fn);
  const rest = value >> 7n;
  const last = (rest === 0n && (low & 0x40) === 0) || (rest === -1n && (low & 0x40) !== 0);
  return last ? [low] : [low | 0x80, ...signed(rest)];
}
