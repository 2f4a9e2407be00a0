/** Starts a program in a copy of this machine where bubblewrap is no program any more; bubblewrap itself makes it. */
export const WITHOUT_BUBBLEWRAP = [
  "bwrap",
  "--dev-bind",
  "/",
  "/",
  "--ro-bind",
  "/dev/null",
  "/usr/bin/bwrap",
  "--",
];
