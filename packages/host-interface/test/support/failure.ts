import {
  BincodeError,
  type BincodeFailure,
  HostInterfaceError,
  type HostInterfaceFailure,
} from "../../src/index.ts";

/** What a decoding failed with; any other error is thrown on. */
export function bincodeFailureOf(action: () => unknown): BincodeFailure | "no failure" {
  try {
    action();
  } catch (error) {
    if (error instanceof BincodeError) return error.failure;
    throw error;
  }
  return "no failure";
}

/** What the host did wrong; any other error is thrown on. */
export function hostFailureOf(action: () => unknown): HostInterfaceFailure | "no failure" {
  try {
    action();
  } catch (error) {
    if (error instanceof HostInterfaceError) return error.failure;
    throw error;
  }
  return "no failure";
}
