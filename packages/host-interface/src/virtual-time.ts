/**
 * How much fuel one millisecond of a virtual clock is: 10 000 000 units, the order of what a guest computes in that time.
 * Every clock that a guest can read is made with this one rate, so that none contradicts another. It is part of what a
 * guest sees: it does not change.
 */
export const FUEL_PER_VIRTUAL_MS = 10_000_000;
