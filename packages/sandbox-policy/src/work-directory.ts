/** Where the private directory of the evaluation is inside the sandbox. It is also the child's HOME. */
export const SANDBOX_WORK_DIRECTORY = "/work";

/** The child's TMPDIR: a directory inside the sandbox, private to it. */
export const SANDBOX_TEMPORARY_DIRECTORY = "/tmp";
