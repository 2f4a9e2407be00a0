import {
  allow,
  assemble,
  type BpfInstruction,
  DATA,
  ifAnyBit,
  ifAtLeast,
  ifEqual,
  load,
  refuse,
} from "./bpf.ts";
import { ARGUMENT_CHECKED, type Architecture, DENIED_SYSCALLS } from "./denied-syscalls.ts";

const EPERM = 1;
const ENOSYS = 38;

/** `AUDIT_ARCH_*` (linux/audit.h): a call made through another table, such as i386's `int 0x80`, carries another tag. */
const AUDIT_ARCHITECTURE = { x64: 0xc000003e, arm64: 0xc00000b7 } as const;

/** x32 calls carry the x64 tag and this bit in the number. */
const X32_BIT = 0x40000000;

/** Every `CLONE_NEW*` flag of clone(2); CLONE_NEWTIME (0x80) overlaps the exit signal and works only through clone3 and unshare. */
const CLONE_NEW_ANY = 0x7e020000;

/** `TIOCSTI` and `TIOCLINUX` type into a terminal as if its user had. */
const TERMINAL_INJECTION = [0x5412, 0x541c] as const;

const AF_UNIX = 1;
const AF_INET = 2;
const AF_INET6 = 10;

/**
 * Set in SOCK_DGRAM (2) and SOCK_RAW (3), not in SOCK_STREAM (1) and SOCK_SEQPACKET (5). A datagram pair can be connected anew to any Unix socket
 * that its names reach, as if it had come from socket().
 */
const DATAGRAM_BIT = 2;

/**
 * The seccomp filter of a sandbox, as the bytes that bubblewrap reads.
 *
 * With `network`, the sandbox shares the host's network namespace, where abstract Unix sockets of the host live: so AF_UNIX sockets are refused there.
 * Without, AF_UNIX reaches only the sandbox's own files. Netlink, packet, vsock and every other family are refused in both.
 */
export function seccompFilter(architecture: Architecture, network: boolean): Uint8Array {
  return assemble(seccompProgram(architecture, network));
}

function seccompProgram(architecture: Architecture, network: boolean): readonly BpfInstruction[] {
  const number = (name: keyof typeof ARGUMENT_CHECKED) => ARGUMENT_CHECKED[name][architecture];
  const families = network ? [AF_INET, AF_INET6] : [AF_UNIX, AF_INET, AF_INET6];
  return [
    load(DATA.architecture),
    ifEqual(AUDIT_ARCHITECTURE[architecture], 1, 0),
    refuse(ENOSYS),
    load(DATA.syscallNumber),
    ...(architecture === "x64" ? [ifAtLeast(X32_BIT, 0, 1), refuse(ENOSYS)] : []),
    ...DENIED_SYSCALLS.flatMap((syscall) => {
      const denied = syscall[architecture];
      return denied === null ? [] : [ifEqual(denied, 0, 1), refuse(EPERM)];
    }),
    // clone3 passes its flags in memory, which a filter cannot read; glibc falls back to clone on ENOSYS.
    ...when(number("clone3"), [refuse(ENOSYS)]),
    ...when(number("clone"), [
      load(DATA.argumentLow(0)),
      ifAnyBit(CLONE_NEW_ANY, 0, 1),
      refuse(EPERM),
      allow,
    ]),
    ...when(number("ioctl"), [
      load(DATA.argumentLow(1)),
      ...TERMINAL_INJECTION.flatMap((request) => [ifEqual(request, 0, 1), refuse(EPERM)]),
      allow,
    ]),
    // Another process's limits, the gate's for one, are not a command's to set; 0 means its own.
    ...when(number("prlimit64"), [load(DATA.argumentLow(0)), ifEqual(0, 0, 1), allow, refuse(EPERM)]),
    ...when(number("socket"), onlyFamilies(families)),
    ...when(number("socketpair"), [
      load(DATA.argumentLow(1)),
      ifAnyBit(DATAGRAM_BIT, 0, 1),
      refuse(EPERM),
      ...onlyFamilies([AF_UNIX]),
    ]),
    allow,
  ];
}

/** Runs `body`, which must end in a return, when the call has this number. */
function when(syscallNumber: number, body: readonly BpfInstruction[]): BpfInstruction[] {
  return [ifEqual(syscallNumber, 0, body.length), ...body];
}

function onlyFamilies(families: readonly number[]): BpfInstruction[] {
  return [
    load(DATA.argumentLow(0)),
    ...families.flatMap((family) => [ifEqual(family, 0, 1), allow]),
    refuse(EPERM),
  ];
}
