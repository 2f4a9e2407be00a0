import { expect, it } from "vitest";
import { createCallGate } from "../src/call-gate.ts";

it("gives the value of work that is over at once, and is free again", () => {
  const gate = createCallGate();
  expect(gate.enter("a", () => 1)).toBe(1);
  expect(gate.enter("b", () => 2)).toBe(2);
});

it("is free again after work that throws", () => {
  const gate = createCallGate();
  expect(() =>
    gate.enter("a", () => {
      throw new Error("broken");
    }),
  ).toThrow("broken");
  expect(gate.enter("b", () => 2)).toBe(2);
});

it("is free for whoever waited for work that takes time", async () => {
  const gate = createCallGate();
  await gate.enter("a", () => Promise.resolve(1));
  expect(gate.enter("b", () => 2)).toBe(2);
});

it("runs exclusive work one after the other, after what runs, also when some of it fails", async () => {
  const gate = createCallGate();
  const order: string[] = [];
  const work = (name: string) => async () => {
    order.push(`${name} begins`);
    await Promise.resolve();
    order.push(`${name} ends`);
  };
  const call = gate.enter("call", work("call"));
  const first = gate.exclusive("first", () =>
    work("first")().then(() => Promise.reject(new Error("broken"))),
  );
  const second = gate.exclusive("second", work("second"));
  expect(() => gate.check("prepare")).toThrow("first");
  await Promise.allSettled([call, first, second]);
  expect(order).toEqual(["call", "first", "second"].flatMap((name) => [`${name} begins`, `${name} ends`]));
  await expect(first).rejects.toThrow("broken");
  gate.check("prepare");
});
