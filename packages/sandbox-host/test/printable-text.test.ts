import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { cut, printableText, shortPrintableText } from "../src/printable-text.ts";

const anyText = fc.oneof(
  fc.string({ unit: "binary" }),
  fc.string({ unit: "grapheme" }),
  // Any UTF-16 units, lone surrogates included.
  fc.array(fc.integer({ min: 0, max: 0xffff })).map((units) => String.fromCharCode(...units)),
  fc
    .array(fc.constantFrom("\u001b", "\u009b", "\u202e", "\u2028", "\u{e0041}", "\\", "u{1b}", "\n", "a"))
    .map((parts) => parts.join("")),
);

describe("text made printable", () => {
  it("holds no control, format or separator character and no lone surrogate", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(printableText(text)).not.toMatch(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u);
      }),
    );
  });

  it("does not change when it is made printable again", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        const once = printableText(text);
        expect(printableText(once)).toBe(once);
      }),
    );
  });

  it("has at most eight times as many UTF-16 units", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        expect(printableText(text).length).toBeLessThanOrEqual(8 * text.length);
      }),
    );
    expect(printableText("\u202e\u202e")).toHaveLength(16);
  });

  it("is the same text when there was nothing to escape", () => {
    fc.assert(
      fc.property(anyText, (text) => {
        fc.pre(!/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(text));
        expect(printableText(text)).toBe(text);
      }),
    );
  });

  it("when shortened, is bounded whatever the text is", () => {
    fc.assert(
      fc.property(anyText, fc.nat(50), (text, maximum) => {
        expect(shortPrintableText(text, maximum).length).toBeLessThanOrEqual(8 * maximum + 1);
      }),
    );
  });
});

describe("cut text", () => {
  it("is not cut inside a pair of surrogates", () => {
    expect(cut("a🙂b", 2)).toBe("a…");
    expect(cut("a🙂b", 3)).toBe("a🙂…");
    expect(cut("a🙂b", 4)).toBe("a🙂b");
  });
});
