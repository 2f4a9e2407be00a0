import { bincode } from "../bincode/builders.ts";

const { struct, u16, vec } = bincode;

/** A weight that a challenge gives to a neuron; head only. */
export const weightEntry = struct({ uid: u16, weight: u16 });

/** What `get_weights` returns; head only. */
export const weightEntries = vec(weightEntry);
