import fc from "fast-check";
import { expect, it } from "vitest";
import { DEFAULT_ADMISSION_LIMITS } from "../../src/rewrite/admission.ts";
import { createFunctionDecoder } from "../../src/rewrite/decode-function.ts";
import { readerOf, readModuleShape } from "../../src/rewrite/module-shape.ts";
import { createStackFollower, type HighestStack } from "../../src/rewrite/stack-height.ts";
import { engine } from "../support/rewritten.ts";
import { type Body, buildModule, type FunctionSpec, op, type ValType } from "../support/wasm-builder.ts";

/** Types of blocks and functions, by their index in the module. */
const TYPES = [
  { params: [], results: [] },
  { params: [], results: ["exnref", "i32", "exnref"] },
  { params: ["i32", "exnref"], results: ["exnref"] },
  { params: ["exnref", "exnref"], results: ["i32", "i32", "exnref"] },
  { params: ["exnref"], results: [] },
] as const satisfies readonly Pick<FunctionSpec, "params" | "results">[];

const EXNREF = 0x69;
const LOCAL = { exnref: op.get(0), i32: op.get(1) } as const;

/** A function's body in the making, and what is on its stack. */
interface Draft {
  readonly code: Body[];
  readonly blocks: { readonly type: (typeof TYPES)[number]; readonly below: readonly ValType[] }[];
  stack: ValType[];
  operands: number;
  exceptions: number;
}

function note(draft: Draft): void {
  const all = [...draft.blocks.flatMap(({ below }) => below), ...draft.stack];
  draft.operands = Math.max(draft.operands, all.length);
  draft.exceptions = Math.max(draft.exceptions, all.filter((type) => type === "exnref").length);
}

function push(draft: Draft, code: Body, ...types: readonly ValType[]): void {
  draft.code.push(code);
  draft.stack.push(...types);
  note(draft);
}

/** Makes the stack end with `types`. */
function arrange(draft: Draft, types: readonly ValType[]): void {
  if (draft.stack.slice(draft.stack.length - types.length).join() === types.join()) return;
  for (const type of types) if (type === "i32" || type === "exnref") push(draft, LOCAL[type], type);
}

function take(draft: Draft, types: readonly ValType[]): void {
  arrange(draft, types);
  draft.stack.splice(draft.stack.length - types.length);
}

function open(draft: Draft, opcode: number, index: number): void {
  const type = TYPES[index] ?? TYPES[0];
  take(draft, type.params);
  draft.blocks.push({ type, below: draft.stack });
  draft.stack = [];
  push(draft, opcode === 0x1f ? [opcode, index, 0] : [opcode, index], ...type.params);
}

function close(draft: Draft): void {
  const block = draft.blocks.at(-1);
  if (block === undefined) return;
  for (const _ of draft.stack.splice(0)) draft.code.push(op.drop);
  take(draft, block.type.results);
  draft.blocks.pop();
  draft.stack = [...block.below];
  push(draft, [0x0b], ...block.type.results);
}

const STEPS: readonly ((draft: Draft, index: number) => void)[] = [
  (draft) => push(draft, op.get(0), "exnref"),
  (draft) => push(draft, op.get(1), "i32"),
  (draft) => {
    if (draft.stack.pop() !== undefined) draft.code.push(op.drop);
  },
  (draft, index) => open(draft, 0x02, index),
  (draft, index) => open(draft, 0x03, index),
  (draft, index) => open(draft, 0x1f, index),
  close,
  (draft, index) => {
    const type = TYPES[index] ?? TYPES[0];
    take(draft, type.params);
    push(draft, op.call(`f${index}`), ...type.results);
  },
  (draft) => {
    take(draft, ["exnref", "exnref", "i32"]);
    push(draft, [0x1c, 1, EXNREF], "exnref");
  },
  (draft) => {
    take(draft, ["exnref"]);
    push(draft, [0x22, 0], "exnref");
  },
];

function draftOf(steps: readonly (readonly [number, number])[]): Draft {
  const draft: Draft = { code: [], blocks: [], stack: [], operands: 0, exceptions: 0 };
  for (const [choice, index] of steps) STEPS[choice]?.(draft, index);
  while (draft.blocks.length > 0) close(draft);
  for (const _ of draft.stack) draft.code.push(op.drop);
  return draft;
}

function followed(code: Body): HighestStack {
  const typed = TYPES.map((type, index) => [`f${index}`, { ...type, body: op.unreachable }] as const);
  const bytes = buildModule({
    functions: { ...Object.fromEntries(typed), run: { locals: ["exnref", "i32"], body: code } },
  });
  expect(engine.validate(bytes)).toBe(true);
  const shape = readModuleShape(bytes);
  const section = shape.sections.find(({ id }) => id === 10);
  if (section === undefined) throw new Error("no code");
  const bodies = readerOf(bytes, section);
  const decoder = createFunctionDecoder(shape, DEFAULT_ADMISSION_LIMITS);
  const follow = createStackFollower(shape);
  let last: HighestStack = { operands: 0, exceptions: 0 };
  for (let index = 0, count = bodies.u32(); index < count; index++) {
    const size = bodies.u32();
    last = follow(decoder.decode(index, bodies.offset, bodies.offset + size));
    bodies.section(size);
  }
  return last;
}

const steps = fc.array(fc.tuple(fc.nat(STEPS.length - 1), fc.nat(TYPES.length - 1)), { maxLength: 60 });

it("never counts fewer exceptions on the stack than there are, and just as many operands", () => {
  fc.assert(
    fc.property(steps, (chosen) => {
      const { code, operands, exceptions } = draftOf(chosen);
      const counted = followed(code);

      expect(counted.operands).toBe(operands);
      expect(counted.exceptions).toBeGreaterThanOrEqual(exceptions);
    }),
    { numRuns: 1_000 },
  );
});

it("counts just as many exceptions where no list has other values among them", () => {
  fc.assert(
    fc.property(
      steps.map((all) => all.filter(([, index]) => index === 0 || index === 4)),
      (chosen) => {
        const { code, exceptions } = draftOf(chosen);

        expect(followed(code).exceptions).toBe(exceptions);
      },
    ),
  );
});
