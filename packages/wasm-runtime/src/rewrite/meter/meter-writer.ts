import type { BodyOutput } from "../body-output.ts";
import type { LengthPrice } from "../costs.ts";
import { OP } from "../instructions/control.ts";
import type { Layout } from "../layout.ts";

/** Writes what counts the fuel of one function. */
export interface MeterWriter {
  /** Where a function begins: asks for fuel if it is to, and charges for the code up to the first branch. */
  enter(fuel: number): void;
  charge(fuel: number): void;
  chargeLength(price: LengthPrice): void;
  chargeGrowth(price: LengthPrice): void;
  /** Makes the global right where somebody else may look at it. */
  publishFuel(): void;
  /** Takes over what somebody else has left in the global. */
  fetchFuel(): void;
  fuelIsNegative(): void;
  refuel(): void;
  refuelIfNegative(): void;
}

export interface MeterLocals {
  /** Where the count is kept; `null`: in the global only. */
  readonly fuel: number | null;
  /** Of type i32: what an instruction that is charged by length was given, and answered. */
  readonly length: number;
  readonly grown: number;
}

export function createMeterWriter(
  output: BodyOutput,
  layout: Layout,
  locals: MeterLocals,
  checkedOnEntry: boolean,
): MeterWriter {
  const { body, withIndex, i32Const, i64Const } = output;
  const cached = locals.fuel !== null;
  const fuelLocal = locals.fuel ?? 0;
  const lengthLocal = locals.length;
  const grownLocal = locals.grown;
  const getFuel = (): void =>
    cached ? withIndex(OP.localGet, fuelLocal) : withIndex(OP.globalGet, layout.fuelGlobal);

  /** Makes the global right where somebody else may look at it. */
  function publishFuel(): void {
    if (!cached) return;
    withIndex(OP.localGet, fuelLocal);
    withIndex(OP.globalSet, layout.fuelGlobal);
  }

  function fetchFuel(): void {
    if (!cached) return;
    withIndex(OP.globalGet, layout.fuelGlobal);
    withIndex(OP.localSet, fuelLocal);
  }

  function refuel(): void {
    getFuel();
    withIndex(OP.call, layout.refuelFunction);
    setFuel(false);
  }

  function fuelIsNegative(): void {
    getFuel();
    i64Const(0);
    body.byte(OP.i64LtS);
  }

  function refuelIfNegative(): void {
    fuelIsNegative();
    output.ifUnlikely(refuel);
  }

  /** Sets the fuel to the i64 on the stack. `publish`: in the global, too. */
  function setFuel(publish: boolean): void {
    if (cached) withIndex(publish ? OP.localTee : OP.localSet, fuelLocal);
    if (publish || !cached) withIndex(OP.globalSet, layout.fuelGlobal);
  }

  /** `publish`: makes the global right, too. */
  function charge(fuel: number, publish: boolean): void {
    if (fuel === 0) {
      if (publish) publishFuel();
      return;
    }
    getFuel();
    i64Const(fuel);
    body.byte(OP.i64Sub);
    setFuel(publish);
  }

  function pushLengthPrice({ shift, factor }: LengthPrice): void {
    withIndex(OP.localGet, lengthLocal);
    body.byte(OP.i64ExtendI32U);
    if (shift > 0) {
      i64Const(shift);
      body.byte(OP.i64ShrU);
    }
    if (factor > 1) {
      i64Const(factor);
      body.byte(OP.i64Mul);
    }
  }

  /** Charges for the length on top of the stack, which is left there. */
  function chargeLength(price: LengthPrice): void {
    withIndex(OP.localSet, lengthLocal);
    getFuel();
    pushLengthPrice(price);
    body.byte(OP.i64Sub);
    setFuel(true);
    refuelIfNegative();
    withIndex(OP.localGet, lengthLocal);
  }

  /** Charges for a growth by what was noted in the local, unless its result, which is left on the stack, is -1. */
  function chargeGrowth(price: LengthPrice): void {
    withIndex(OP.localSet, grownLocal);
    getFuel();
    pushLengthPrice(price);
    i64Const(0);
    withIndex(OP.localGet, grownLocal);
    i32Const(-1);
    body.byte(OP.i32Ne);
    body.byte(OP.select);
    body.byte(OP.i64Sub);
    setFuel(true);
    refuelIfNegative();
    withIndex(OP.localGet, grownLocal);
  }

  return {
    enter(fuel) {
      if (checkedOnEntry) {
        withIndex(OP.globalGet, layout.fuelGlobal);
        i64Const(0);
        body.byte(OP.i64LtS);
        output.ifUnlikely(() => {
          withIndex(OP.globalGet, layout.fuelGlobal);
          withIndex(OP.call, layout.refuelFunction);
          withIndex(OP.globalSet, layout.fuelGlobal);
        });
      }
      fetchFuel();
      charge(fuel, true);
    },
    charge: (fuel) => charge(fuel, false),
    chargeLength,
    chargeGrowth,
    publishFuel,
    fetchFuel,
    fuelIsNegative,
    refuel,
    refuelIfNegative,
  };
}
