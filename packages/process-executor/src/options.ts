/** How commands are isolated on this host. All of it is optional. */
export interface ProcessExecutorOptions {
  /** An absolute path; default: where distributions install bubblewrap. It must belong to root and be writable by nobody else. */
  readonly bubblewrapPath?: string;
  /** Where working directories are made; default: the system's temporary directory. */
  readonly baseDirectory?: string;
  /** The user that commands run as on the host when this process is root; default: 65534, `nobody`. Never 0. */
  readonly hostUser?: { readonly uid: number; readonly gid: number };
}
