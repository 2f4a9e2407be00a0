/** The descriptors that bubblewrap is started with. The command itself gets 0, 1 and 2 and no other. */
export const DESCRIPTOR = {
  /** The gate's script; closed for the command. */
  control: 0,
  stdout: 1,
  stderr: 2,
  /** Becomes the command's standard input. */
  stdin: 3,
  /** bubblewrap reports the process id of the namespace's init here. */
  info: 4,
  /** The gate reports here: ready, started, exit status. Closed for the command. */
  status: 5,
  /** The seccomp filter, read and closed by bubblewrap. */
  seccomp: 6,
} as const;

/** Inside, every command is this user, whoever the host's is: two validators show a command the same identity. */
export const INSIDE_USER_ID = 1000;
export const INSIDE_GROUP_ID = 1000;

export const HOST_NAME = "sandbox";
export const TEMPORARY_DIRECTORY = "/tmp";

/** Bounds of the sandbox's memory file systems; each sandbox starts with them empty. */
export const TEMPORARY_BYTES = 64 * 1024 * 1024;
export const SHARED_MEMORY_BYTES = 16 * 1024 * 1024;

/** Bounds on what a gate may cost its host. */
export const GATE_BOUNDS = {
  /** Each output stream is read into one buffer of this size. */
  readBufferBytes: 65_536,
  /** What is kept of the status descriptor: a few lines, one of which may name a path. */
  statusTextBytes: 16_384,
  /** What is kept of bubblewrap's own complaints. */
  setUpTextBytes: 2048,
  /** How long bubblewrap may take until its shell answers. */
  startMs: 10_000,
  /** How long the pipes may take to run dry once every process is gone. */
  drainMs: 1000,
  /** How long bubblewrap may take to report its init, or to end after its init was killed. */
  killGraceMs: 500,
} as const;
