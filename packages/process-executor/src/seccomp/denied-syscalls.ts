/** The machines that the filter knows; the numbers of a system call differ between them. */
export type Architecture = "x64" | "arm64";

/** A system call that no evaluation needs, its number on each machine (`null`: does not exist there), and why it is refused. */
export interface DeniedSyscall {
  readonly name: string;
  readonly x64: number;
  readonly arm64: number | null;
  readonly reason: string;
}

const MOUNTS = "changes what the file system looks like";
const NAMESPACES = "makes or enters a namespace, with fresh capabilities inside it";
const OTHER_PROCESSES = "reads or steers another process";
const KERNEL = "loads code into the kernel or replaces it";
const KERNEL_SURFACE = "a large kernel interface with a long record of escapes";
const KEYS = "keyrings are shared with the host's user";
const CLOCK = "changes the machine's clock";
const MACHINE = "changes the whole machine";
const BY_HANDLE = "opens files by handle, around every mount";
const MEMORY_PLACEMENT = "moves memory of the machine's nodes";

/**
 * Refused with EPERM, so that a program can go on without. Everything else is left to namespaces, capabilities and mounts.
 *
 * @see systemd.exec(5) `SystemCallFilter=` groups @mount, @module, @debug, @keyring, @clock, @reboot, @swap, from which the selection started.
 */
export const DENIED_SYSCALLS: readonly DeniedSyscall[] = [
  { name: "acct", x64: 163, arm64: 89, reason: MACHINE },
  { name: "add_key", x64: 248, arm64: 217, reason: KEYS },
  { name: "adjtimex", x64: 159, arm64: 171, reason: CLOCK },
  { name: "bpf", x64: 321, arm64: 280, reason: KERNEL_SURFACE },
  { name: "chroot", x64: 161, arm64: 51, reason: MOUNTS },
  { name: "clock_adjtime", x64: 305, arm64: 266, reason: CLOCK },
  { name: "clock_settime", x64: 227, arm64: 112, reason: CLOCK },
  { name: "delete_module", x64: 176, arm64: 106, reason: KERNEL },
  { name: "fanotify_init", x64: 300, arm64: 262, reason: KERNEL_SURFACE },
  { name: "finit_module", x64: 313, arm64: 273, reason: KERNEL },
  { name: "fsconfig", x64: 431, arm64: 431, reason: MOUNTS },
  { name: "fsmount", x64: 432, arm64: 432, reason: MOUNTS },
  { name: "fsopen", x64: 430, arm64: 430, reason: MOUNTS },
  { name: "fspick", x64: 433, arm64: 433, reason: MOUNTS },
  { name: "init_module", x64: 175, arm64: 105, reason: KERNEL },
  { name: "io_uring_enter", x64: 426, arm64: 426, reason: KERNEL_SURFACE },
  { name: "io_uring_register", x64: 427, arm64: 427, reason: KERNEL_SURFACE },
  { name: "io_uring_setup", x64: 425, arm64: 425, reason: KERNEL_SURFACE },
  { name: "ioperm", x64: 173, arm64: null, reason: MACHINE },
  { name: "iopl", x64: 172, arm64: null, reason: MACHINE },
  { name: "kcmp", x64: 312, arm64: 272, reason: OTHER_PROCESSES },
  { name: "kexec_file_load", x64: 320, arm64: 294, reason: KERNEL },
  { name: "kexec_load", x64: 246, arm64: 104, reason: KERNEL },
  { name: "keyctl", x64: 250, arm64: 219, reason: KEYS },
  { name: "lookup_dcookie", x64: 212, arm64: 18, reason: KERNEL_SURFACE },
  { name: "mbind", x64: 237, arm64: 235, reason: MEMORY_PLACEMENT },
  { name: "migrate_pages", x64: 256, arm64: 238, reason: MEMORY_PLACEMENT },
  { name: "modify_ldt", x64: 154, arm64: null, reason: KERNEL_SURFACE },
  { name: "mount", x64: 165, arm64: 40, reason: MOUNTS },
  { name: "mount_setattr", x64: 442, arm64: 442, reason: MOUNTS },
  { name: "move_mount", x64: 429, arm64: 429, reason: MOUNTS },
  { name: "move_pages", x64: 279, arm64: 239, reason: MEMORY_PLACEMENT },
  { name: "name_to_handle_at", x64: 303, arm64: 264, reason: BY_HANDLE },
  { name: "open_by_handle_at", x64: 304, arm64: 265, reason: BY_HANDLE },
  { name: "open_tree", x64: 428, arm64: 428, reason: MOUNTS },
  { name: "perf_event_open", x64: 298, arm64: 241, reason: KERNEL_SURFACE },
  { name: "personality", x64: 135, arm64: 92, reason: KERNEL_SURFACE },
  { name: "pidfd_getfd", x64: 438, arm64: 438, reason: OTHER_PROCESSES },
  { name: "pivot_root", x64: 155, arm64: 41, reason: MOUNTS },
  { name: "process_madvise", x64: 440, arm64: 440, reason: OTHER_PROCESSES },
  { name: "process_vm_readv", x64: 310, arm64: 270, reason: OTHER_PROCESSES },
  { name: "process_vm_writev", x64: 311, arm64: 271, reason: OTHER_PROCESSES },
  { name: "ptrace", x64: 101, arm64: 117, reason: OTHER_PROCESSES },
  { name: "quotactl", x64: 179, arm64: 60, reason: MACHINE },
  { name: "quotactl_fd", x64: 443, arm64: 443, reason: MACHINE },
  { name: "reboot", x64: 169, arm64: 142, reason: MACHINE },
  { name: "request_key", x64: 249, arm64: 218, reason: KEYS },
  { name: "set_mempolicy", x64: 238, arm64: 237, reason: MEMORY_PLACEMENT },
  { name: "setdomainname", x64: 171, arm64: 162, reason: MACHINE },
  { name: "sethostname", x64: 170, arm64: 161, reason: MACHINE },
  { name: "setns", x64: 308, arm64: 268, reason: NAMESPACES },
  { name: "settimeofday", x64: 164, arm64: 170, reason: CLOCK },
  { name: "swapoff", x64: 168, arm64: 225, reason: MACHINE },
  { name: "swapon", x64: 167, arm64: 224, reason: MACHINE },
  { name: "syslog", x64: 103, arm64: 116, reason: "reads the kernel's log" },
  { name: "umount2", x64: 166, arm64: 39, reason: MOUNTS },
  { name: "unshare", x64: 272, arm64: 97, reason: NAMESPACES },
  { name: "userfaultfd", x64: 323, arm64: 282, reason: KERNEL_SURFACE },
  { name: "vhangup", x64: 153, arm64: 58, reason: MACHINE },
];

/** System calls that are decided by an argument. */
export const ARGUMENT_CHECKED = {
  clone: { x64: 56, arm64: 220 },
  clone3: { x64: 435, arm64: 435 },
  ioctl: { x64: 16, arm64: 29 },
  prlimit64: { x64: 302, arm64: 261 },
  socket: { x64: 41, arm64: 198 },
  socketpair: { x64: 53, arm64: 199 },
} as const;
