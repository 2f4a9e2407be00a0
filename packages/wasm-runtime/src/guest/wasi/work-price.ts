/**
 * What WASI calls cost beside the call instruction, in fuel, where 10 is about a nanosecond: the guest's instructions pay
 * for nothing that happens in the host. Together with the bounds on each call they keep a guest that does nothing but call
 * from taking much more time than its fuel stands for. They decide how much fuel a run takes, as the prices of instructions
 * do: any change of them raises `FUEL_VERSION`.
 */
export const WASI_PRICE = Object.freeze({
  /** Any call. */
  call: 10_000,
  /** Each region of a read or write, each subscription of a poll, each argument or variable. */
  item: 1_000,
  /** Each byte that is copied. */
  copiedByte: 1,
  /** Each byte of `random_get`. */
  randomByte: 20,
});
