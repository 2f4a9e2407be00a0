import { closeSync, readdirSync, readFileSync, readlinkSync } from "node:fs";

/** A descriptor of this process that every child would inherit. */
export interface InheritableDescriptor {
  readonly descriptor: number;
  /** What it is open on, as the kernel names it. */
  readonly target: string;
}

const LAST_STANDARD_DESCRIPTOR = 2;
const O_CLOEXEC = 0o2000000;

/**
 * Descriptors beyond standard error without the close-on-exec flag. Everything that Node opens has the flag; one without it was handed to this
 * process by its parent (a shell, a service manager), and Node and bubblewrap would both pass it on.
 */
export function findInheritableDescriptors(): readonly InheritableDescriptor[] {
  return readdirSync("/proc/self/fd")
    .map(Number)
    .filter((descriptor) => descriptor > LAST_STANDARD_DESCRIPTOR && isInheritable(descriptor))
    .map((descriptor) => ({ descriptor, target: targetOf(descriptor) }));
}

/**
 * Closes every descriptor that a child would inherit. For an application to call once, as it starts: a library cannot know whether its host
 * still wants one of them.
 *
 * @returns what was closed.
 */
export function closeInheritableDescriptors(): readonly InheritableDescriptor[] {
  const found = findInheritableDescriptors();
  for (const { descriptor } of found) closeSync(descriptor);
  return found;
}

function isInheritable(descriptor: number): boolean {
  try {
    const flags = /^flags:\s+([0-7]+)$/m.exec(readFileSync(`/proc/self/fdinfo/${descriptor}`, "latin1"))?.[1];
    return flags !== undefined && (Number.parseInt(flags, 8) & O_CLOEXEC) === 0;
  } catch {
    // It was closed since the directory was read: the descriptor of that very reading, for one.
    return false;
  }
}

function targetOf(descriptor: number): string {
  try {
    return readlinkSync(`/proc/self/fd/${descriptor}`);
  } catch {
    return "unknown";
  }
}
