import { readFileSync } from "node:fs";

/** Settings that commonly keep bubblewrap from working, and what to do about each. */
const OBSTACLES = [
  {
    path: "/proc/sys/kernel/apparmor_restrict_unprivileged_userns",
    blocks: "1",
    advice:
      "AppArmor restricts user namespaces: give bwrap a profile that allows `userns`, or set kernel.apparmor_restrict_unprivileged_userns=0",
  },
  {
    path: "/proc/sys/kernel/unprivileged_userns_clone",
    blocks: "0",
    advice: "user namespaces are off for ordinary users: set kernel.unprivileged_userns_clone=1",
  },
  {
    path: "/proc/sys/user/max_user_namespaces",
    blocks: "0",
    advice: "no user namespace may be created: set user.max_user_namespaces to at least 1000",
  },
] as const;

const IN_CONTAINER_ADVICE =
  "in a container, its seccomp profile must allow unshare, clone and mount, and /proc must not be masked (Docker: --security-opt seccomp=unconfined --security-opt systempaths=unconfined)";

/** How bubblewrap words a host that does not let it make namespaces or mounts. */
const NAMESPACE_TROUBLE = /namespace|uid map|gid map|mount|pivot_root|Operation not permitted/i;

/** What bubblewrap said, and the likeliest cure on this host. */
export function explainStartFailure(said: string): string {
  if (!NAMESPACE_TROUBLE.test(said)) return said;
  const found = OBSTACLES.filter(({ path, blocks }) => readSetting(path) === blocks).map(
    ({ advice }) => advice,
  );
  return [said, ...(found.length > 0 ? found : [IN_CONTAINER_ADVICE])].join("; ");
}

function readSetting(path: string): string | null {
  try {
    return readFileSync(path, "latin1").trim();
  } catch {
    return null;
  }
}
