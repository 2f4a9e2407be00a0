import { describe, expect, it } from "vitest";
import { createByteReader } from "../../src/binary/byte-reader.ts";
import { readSections } from "../../src/binary/sections.ts";
import { inspectModule } from "../../src/inspect.ts";
import { engine, meteredGuest, plainGuest, rewritten } from "../support/rewritten.ts";
import { buildModule, op, text } from "../support/wasm-builder.ts";

function customSections(bytes: Uint8Array): Map<string, Uint8Array> {
  const found = new Map<string, Uint8Array>();
  for (const { id, content } of readSections(bytes)) {
    if (id === 0) found.set(content.name(), content.rest());
  }
  return found;
}

const hostThenOwn = buildModule({
  imports: [{ module: "host", name: "first" }],
  functions: { second: { body: [op.loop(), op.call("third")] }, third: { body: [op.unreachable] } },
  names: { first: "imported", second: "caller", third: "culprit" },
  custom: [
    { name: "producers", bytes: Uint8Array.of(1, 2, 3) },
    { name: ".debug_line", bytes: Uint8Array.of(4) },
    { name: "sourceMappingURL", bytes: Uint8Array.from(text("a.map")) },
  ],
});

describe("custom sections", () => {
  it("keep what is still true, and lose what is not", () => {
    const kept = customSections(rewritten(hostThenOwn).bytes);

    expect([...kept.keys()].sort()).toEqual(["metadata.code.branch_hint", "name", "producers"]);
    expect(kept.get("producers")).toEqual(Uint8Array.of(1, 2, 3));
  });

  it("name the functions by their new indices", () => {
    const names = createByteReader(
      customSections(rewritten(hostThenOwn).bytes).get("name") ?? new Uint8Array(),
    );
    names.byte();
    names.u32();
    const entries = Array.from({ length: names.u32() }, () => [names.u32(), names.name()]);

    expect(entries).toEqual([
      [0, "imported"],
      [2, "caller"],
      [3, "culprit"],
    ]);
  });

  it("that cannot be followed are left out", () => {
    const broken = buildModule({
      functions: { run: { body: [] } },
      custom: [{ name: "name", bytes: Uint8Array.of(1, 200) }],
    });

    expect(customSections(rewritten(broken).bytes).has("name")).toBe(false);
  });

  it("with the guest's branch hints stay with their branches", () => {
    const hint = (offset: number) => [1, 0, 1, offset, 1, 1];
    const body = [op.get(0), [0x04, 0x40], 0x01, 0x0b];
    const guest = buildModule({ functions: { run: { params: ["i32"], body } } });
    const codeAt = [...readSections(guest)].find(({ id }) => id === 10)?.start ?? 0;
    const section = [...text("metadata.code.branch_hint"), ...hint(3)];
    const hinted = Uint8Array.from([
      ...guest.slice(0, codeAt),
      0,
      section.length,
      ...section,
      ...guest.slice(codeAt),
    ]);
    expect(engine.validate(hinted)).toBe(true);
    const found =
      customSections(rewritten(hinted).bytes).get("metadata.code.branch_hint") ?? new Uint8Array();

    // Behind what was added in front: the function's only hint, of the guest's own `if`.
    expect([...found.slice(0, 3)]).toEqual([1, 0 + 1, 1]);
    expect([...found.slice(-2)]).toEqual([1, 1]);
  });
});

describe("a module", () => {
  it.each([
    { name: "without anything", bytes: buildModule({ memories: [] }) },
    { name: "of eight bytes", bytes: Uint8Array.of(0, 0x61, 0x73, 0x6d, 1, 0, 0, 0) },
    { name: "with imports only", bytes: buildModule({ imports: [{ module: "host", name: "tick" }] }) },
  ])("$name is rewritten", ({ bytes }) => {
    expect(engine.validate(rewritten(bytes).bytes)).toBe(true);
  });

  it("keeps its imports in front of the one that is added, and its exports", () => {
    const before = inspectModule(hostThenOwn);
    const { bytes, names } = rewritten(hostThenOwn);
    const after = inspectModule(bytes);

    expect(after.imports.slice(0, -1)).toEqual(before.imports);
    expect(after.imports.at(-1)).toMatchObject(names.yieldImport);
    expect(after.exports.slice(0, before.exports.length)).toEqual(before.exports);
  });

  it("does not run its start function by itself", () => {
    const calls: string[] = [];
    const imports = { host: { tick: () => calls.push("start") } };
    const bytes = buildModule({
      imports: [{ module: "host", name: "tick" }],
      functions: { begin: { body: [op.call("tick")], export: false } },
      start: "begin",
    });
    const result = rewritten(bytes);
    const guest = meteredGuest(result, imports);

    expect(calls).toEqual([]);
    expect(guest.call(result.names.startExport ?? "")).toEqual({ returned: undefined });
    expect(calls).toEqual(["start"]);
    // The positive control: as it was, it did.
    plainGuest(bytes, imports);
    expect(calls).toEqual(["start", "start"]);
  });
});
