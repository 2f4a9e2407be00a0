import { describe, expect, it } from "vitest";
import { DENIED_SYSCALLS } from "../../src/seccomp/denied-syscalls.ts";
import { seccompFilter } from "../../src/seccomp/filter.ts";
import { evaluateFilter } from "../support/bpf-machine.ts";

const ARCHITECTURES = [
  {
    architecture: "x64",
    tag: 0xc000003e,
    clone: 56,
    clone3: 435,
    ioctl: 16,
    prlimit64: 302,
    socket: 41,
    socketpair: 53,
  },
  {
    architecture: "arm64",
    tag: 0xc00000b7,
    clone: 220,
    clone3: 435,
    ioctl: 29,
    prlimit64: 261,
    socket: 198,
    socketpair: 199,
  },
] as const;

const ALLOW = "allow";
const EPERM = "errno 1";
const ENOSYS = "errno 38";
const HIGHEST_NUMBER = 600;

describe.each(ARCHITECTURES)("the filter for $architecture", (machine) => {
  const { architecture, tag } = machine;
  const decide = (number: number, args: readonly number[] = [], network = false, callTag: number = tag) =>
    evaluateFilter(seccompFilter(architecture, network), { number, tag: callTag, args });

  it("refuses exactly the table's numbers among those decided by number alone", () => {
    const byArgument = [
      machine.clone,
      machine.clone3,
      machine.ioctl,
      machine.prlimit64,
      machine.socket,
      machine.socketpair,
    ];
    const denied = new Set(DENIED_SYSCALLS.map((syscall) => syscall[architecture]));
    for (let number = 0; number < HIGHEST_NUMBER; number += 1) {
      if (byArgument.includes(number as never)) continue;
      expect(`${number}: ${decide(number)}`).toBe(`${number}: ${denied.has(number) ? EPERM : ALLOW}`);
    }
  });

  it("refuses every number under another machine's tag", () => {
    const others = [0x40000003, 0x40000028, 0, 0xffffffff, ...ARCHITECTURES.map((other) => other.tag)].filter(
      (other) => other !== tag,
    );
    for (const other of others) {
      for (let number = 0; number < HIGHEST_NUMBER; number += 1)
        expect(decide(number, [], false, other)).toBe(ENOSYS);
    }
  });

  it("refuses clone with any namespace flag, and clone3 altogether", () => {
    const namespaces = [0x00020000, 0x02000000, 0x04000000, 0x08000000, 0x10000000, 0x20000000, 0x40000000];
    for (const flag of namespaces) expect(decide(machine.clone, [flag | 17])).toBe(EPERM);
    expect(decide(machine.clone, [0x01200011])).toBe(ALLOW);
    expect(decide(machine.clone, [0x003d0f00])).toBe(ALLOW);
    expect(decide(machine.clone3)).toBe(ENOSYS);
  });

  it("refuses terminal injection whatever the high half of the request holds", () => {
    expect(decide(machine.ioctl, [0, 0x5412])).toBe(EPERM);
    expect(decide(machine.ioctl, [0, 0x541c])).toBe(EPERM);
    expect(decide(machine.ioctl, [0, 0x1_0000_5412])).toBe(EPERM);
    expect(decide(machine.ioctl, [0, 0x5401])).toBe(ALLOW);
  });

  it.each([
    { network: false, allowed: [1, 2, 10] },
    { network: true, allowed: [2, 10] },
  ])("allows only socket families $allowed when network is $network", ({ network, allowed }) => {
    for (let family = 0; family < 64; family += 1) {
      expect(decide(machine.socket, [family], network)).toBe(allowed.includes(family) ? ALLOW : EPERM);
      expect(decide(machine.socketpair, [family, 1], network)).toBe(family === 1 ? ALLOW : EPERM);
    }
  });
});

describe.each(ARCHITECTURES)("arguments on $architecture", ({ architecture, tag, prlimit64, socketpair }) => {
  const decide = (number: number, args: readonly number[]) =>
    evaluateFilter(seccompFilter(architecture, false), { number, tag, args });

  it("let a process set its own limits and no other's", () => {
    expect(decide(prlimit64, [0])).toBe(ALLOW);
    for (const pid of [1, 2, 77, 0xffffffff]) expect(decide(prlimit64, [pid])).toBe(EPERM);
  });

  it("let only connected kinds of socket be paired, whatever flags they carry", () => {
    const flags = [0, 0o4000, 0o2000000];
    for (const flag of flags) {
      expect([1, 5].map((type) => decide(socketpair, [1, type | flag]))).toEqual([ALLOW, ALLOW]);
      expect([2, 3].map((type) => decide(socketpair, [1, type | flag]))).toEqual([EPERM, EPERM]);
    }
  });
});

it("refuses x32 calls, which carry the x64 tag", () => {
  const filter = seccompFilter("x64", false);
  for (let number = 0x40000000; number < 0x40000000 + HIGHEST_NUMBER; number += 1) {
    expect(evaluateFilter(filter, { number, tag: 0xc000003e, args: [] })).toBe(ENOSYS);
  }
});

it("names every call once, with a number for each machine that has it", () => {
  for (const key of ["name", "x64"] as const) {
    expect(new Set(DENIED_SYSCALLS.map((syscall) => syscall[key])).size).toBe(DENIED_SYSCALLS.length);
  }
});
