/** A variable that makes some program load, run or trust something that the policy never named. */
export interface DangerousVariable {
  /** An exact name, or one with `*` at its start or its end for any text. Case matters, as it does to the programs that read it. */
  readonly pattern: string;
  /** What it does to the program that reads it, as the second half of a sentence. */
  readonly why: string;
  /** Where that is documented. */
  readonly source: string;
}

const SUDO = "sudo, initial_badenv_table in plugins/sudoers/env.c";

/**
 * Variables that a request may never choose, listed in `environmentWhitelist` or not. Only an operator may set one,
 * by pinning its value in a rule.
 *
 * The list cannot be complete, because every program reads its own variables: the white list is the protection, and
 * this table keeps an operator from opening a hole in it by accident.
 */
export const DANGEROUS_ENVIRONMENT: readonly DangerousVariable[] = [
  // Shells keep these for themselves: setting one ends the shell that was to start the command.
  { pattern: "OPTIND", why: "is a variable that shells keep for themselves", source: "getopts in dash(1)" },
  {
    pattern: "PPID",
    why: "is a variable that shells keep for themselves",
    source: "bash(1), Shell Variables",
  },
  {
    pattern: "UID",
    why: "is a variable that shells keep for themselves",
    source: "bash(1), Shell Variables",
  },
  {
    pattern: "EUID",
    why: "is a variable that shells keep for themselves",
    source: "bash(1), Shell Variables",
  },
  // The dynamic loader and the C library: these act on every program.
  { pattern: "LD_*", why: "makes the loader load other libraries", source: "ld.so(8)" },
  { pattern: "DYLD_*", why: "makes the loader load other libraries", source: "dyld(1)" },
  { pattern: "_RLD*", why: "makes the loader load other libraries", source: SUDO },
  { pattern: "LDR_*", why: "makes the loader load other libraries", source: SUDO },
  { pattern: "LIBPATH", why: "makes the loader load other libraries", source: SUDO },
  { pattern: "SHLIB_PATH", why: "makes the loader load other libraries", source: SUDO },
  {
    pattern: "GCONV_PATH",
    why: "loads character-set modules from a directory",
    source: "ld.so(8); CVE-2021-4034",
  },
  {
    pattern: "GETCONF_DIR",
    why: "runs getconf helpers from a directory",
    source: "ld.so(8), secure-execution mode",
  },
  {
    pattern: "GLIBC_TUNABLES",
    why: "changes the C library's allocator and loader",
    source: "ld.so(8); CVE-2023-4911",
  },
  {
    pattern: "MALLOC_*",
    why: "changes the allocator and writes trace files",
    source: "mallopt(3), mtrace(3)",
  },
  { pattern: "HOSTALIASES", why: "redirects host names", source: "hostname(7)" },
  { pattern: "LOCALDOMAIN", why: "redirects host names", source: "resolv.conf(5)" },
  { pattern: "RES_OPTIONS", why: "changes how host names are resolved", source: "resolv.conf(5)" },
  {
    pattern: "RESOLV_*",
    why: "changes how host names are resolved",
    source: "ld.so(8), secure-execution mode",
  },
  { pattern: "LOCPATH", why: "loads locale files from a directory", source: "locale(7)" },
  { pattern: "NLSPATH", why: "loads message formats from a file", source: "catopen(3)" },
  { pattern: "PATH_LOCALE", why: "loads locale files from a directory", source: SUDO },
  { pattern: "TZDIR", why: "loads time-zone files from a directory", source: "tzset(3)" },
  { pattern: "TERMINFO*", why: "loads terminal descriptions from a directory", source: "terminfo(5)" },
  { pattern: "TERMCAP", why: "loads terminal descriptions from a file", source: SUDO },
  { pattern: "TERMPATH", why: "loads terminal descriptions from a file", source: SUDO },

  // What the sandbox sets itself.
  { pattern: "PATH", why: "chooses which programs run by name", source: "environ(7)" },
  { pattern: "HOME", why: "chooses which configuration files programs load", source: "environ(7)" },
  { pattern: "TMPDIR", why: "moves temporary files", source: "tempnam(3)" },
  {
    pattern: "TMP",
    why: "moves temporary files",
    source: "tempfile conventions of Python and Windows tools",
  },
  {
    pattern: "TEMP",
    why: "moves temporary files",
    source: "tempfile conventions of Python and Windows tools",
  },
  { pattern: "TMPPREFIX", why: "moves temporary files", source: "zshparam(1)" },
  {
    pattern: "XDG_*",
    why: "chooses which configuration files programs load",
    source: "XDG Base Directory Specification",
  },
  { pattern: "SHELL", why: "chooses the shell that programs start", source: "environ(7)" },

  // Shells.
  {
    pattern: "BASH_*",
    why: "makes bash run a file or a function",
    source: "bash(1) BASH_ENV; CVE-2014-6271 BASH_FUNC_*",
  },
  { pattern: "BASHOPTS", why: "changes how bash reads scripts", source: "bash(1)" },
  { pattern: "SHELLOPTS", why: "changes how shells read scripts", source: "bash(1)" },
  { pattern: "ENV", why: "makes shells run a file when they start", source: "dash(1), POSIX sh" },
  { pattern: "IFS", why: "changes how shells split words", source: "POSIX sh" },
  { pattern: "CDPATH", why: "changes where cd goes", source: "POSIX sh" },
  { pattern: "PS0", why: "is expanded as code by bash", source: "bash(1), PROMPTING" },
  { pattern: "PS1", why: "is expanded as code by shells", source: "bash(1), PROMPTING" },
  { pattern: "PS2", why: "is expanded as code by shells", source: "bash(1), PROMPTING" },
  { pattern: "PS4", why: "is expanded as code when a script is traced", source: "bash(1), PROMPTING" },
  { pattern: "PROMPT_COMMAND", why: "is run as code by bash", source: "bash(1)" },
  { pattern: "GLOBIGNORE", why: "changes how shells expand names", source: "bash(1)" },
  { pattern: "EXECIGNORE", why: "changes which programs bash finds", source: "bash(1)" },
  { pattern: "INPUTRC", why: "binds keys to commands from a file", source: "readline(3)" },
  { pattern: "ZDOTDIR", why: "makes zsh run files from a directory", source: "zshall(1)" },
  { pattern: "FPATH", why: "loads shell functions from a directory", source: "ksh(1), zshall(1)" },
  { pattern: "NULLCMD", why: "chooses a program that zsh runs", source: "zshparam(1)" },
  { pattern: "READNULLCMD", why: "chooses a program that zsh runs", source: "zshparam(1)" },

  // Interpreters.
  {
    pattern: "NODE_*",
    why: "makes Node.js load other code or open descriptors",
    source: "Node.js, Command-line API",
  },
  { pattern: "NPM_CONFIG_*", why: "chooses scripts and programs that npm runs", source: "npm-config(7)" },
  { pattern: "npm_config_*", why: "chooses scripts and programs that npm runs", source: "npm-config(7)" },
  { pattern: "DENO_*", why: "changes what Deno loads", source: "Deno, environment variables" },
  { pattern: "BUN_*", why: "changes what Bun loads", source: "Bun, environment variables" },
  {
    pattern: "PYTHON*",
    why: "makes Python load other code",
    source: "python(1); CVE-2026-22708 PYTHONWARNINGS",
  },
  { pattern: "PIP_*", why: "chooses where pip installs from", source: "pip, configuration" },
  { pattern: "PERL5*", why: "makes Perl load other code", source: "perlrun(1)" },
  { pattern: "PERLLIB", why: "makes Perl load other code", source: "perlrun(1)" },
  { pattern: "PERLIO*", why: "changes Perl's input layers and writes a debug file", source: "perlrun(1)" },
  { pattern: "PERL_*", why: "changes how Perl loads code", source: "perlrun(1)" },
  { pattern: "RUBY*", why: "makes Ruby load other code", source: "ruby(1)" },
  { pattern: "GEM_*", why: "makes Ruby load other code", source: "gem(1)" },
  { pattern: "BUNDLE_*", why: "makes Ruby load other code", source: "bundle-config(1)" },
  { pattern: "JAVA_TOOL_OPTIONS", why: "makes Java load an agent", source: "JVM Tool Interface" },
  { pattern: "_JAVA_OPTIONS", why: "makes Java load an agent", source: "java(1)" },
  { pattern: "JDK_JAVA_OPTIONS", why: "makes Java load an agent", source: "java(1)" },
  { pattern: "JAVA_HOME", why: "chooses the Java that launchers start", source: "java(1)" },
  { pattern: "CLASSPATH", why: "makes Java load other code", source: "java(1)" },
  { pattern: "LUA_*", why: "makes Lua run code or load modules", source: "lua(1)" },
  { pattern: "PHPRC", why: "makes PHP load an ini file, and code with it", source: "php(1)" },
  { pattern: "PHP_INI_SCAN_DIR", why: "makes PHP load ini files, and code with them", source: "php(1)" },
  { pattern: "R_PROFILE*", why: "makes R run a profile", source: "R, Startup" },
  { pattern: "R_ENVIRON*", why: "makes R run a profile", source: "R, Startup" },
  { pattern: "R_LIBS*", why: "makes R run a profile", source: "R, Startup" },
  { pattern: "R_HOME", why: "makes R run a profile", source: "R, Startup" },
  { pattern: "JULIA_*", why: "makes Julia load other code", source: "Julia, environment variables" },
  { pattern: "GUILE_*", why: "makes Guile load other code", source: "guile(1)" },
  { pattern: "TCLLIBPATH", why: "makes Tcl load other code", source: "library(3tcl)" },
  { pattern: "ERL_*", why: "changes what Erlang runs when it starts", source: "erl(1)" },
  { pattern: "DOTNET_*", why: "makes .NET load start-up hooks", source: ".NET, environment variables" },
  { pattern: "CORECLR_*", why: "makes .NET load a profiler", source: ".NET, profiling" },
  { pattern: "AWKPATH", why: "loads awk programs from a directory", source: "gawk(1)" },
  { pattern: "AWKLIBPATH", why: "loads awk extensions from a directory", source: "gawk(1)" },

  // Compilers and build tools.
  { pattern: "MAKEFLAGS", why: "makes make run other rules", source: "GNU make manual" },
  { pattern: "GNUMAKEFLAGS", why: "makes make run other rules", source: "GNU make manual" },
  { pattern: "MAKEFILES", why: "makes make read another file", source: "GNU make manual" },
  { pattern: "GCC_*", why: "chooses the programs that gcc runs", source: "gcc(1), ENVIRONMENT" },
  { pattern: "COMPILER_PATH", why: "chooses the programs that gcc runs", source: "gcc(1), ENVIRONMENT" },
  { pattern: "LIBRARY_PATH", why: "links other libraries", source: "gcc(1), ENVIRONMENT" },
  { pattern: "CPATH", why: "compiles other headers", source: "gcc(1), ENVIRONMENT" },
  { pattern: "C_INCLUDE_PATH", why: "compiles other headers", source: "gcc(1), ENVIRONMENT" },
  { pattern: "CPLUS_INCLUDE_PATH", why: "compiles other headers", source: "gcc(1), ENVIRONMENT" },
  { pattern: "DEPENDENCIES_OUTPUT", why: "writes a file", source: "gcc(1), ENVIRONMENT" },
  {
    pattern: "CC",
    why: "chooses a program that build tools run",
    source: "GNU make manual, implicit variables",
  },
  {
    pattern: "CXX",
    why: "chooses a program that build tools run",
    source: "GNU make manual, implicit variables",
  },
  {
    pattern: "RUSTC*",
    why: "chooses the compiler that Cargo runs",
    source: "The Cargo Book, environment variables",
  },
  {
    pattern: "RUSTFLAGS",
    why: "adds arguments to the compiler, a linker among them",
    source: "The Cargo Book",
  },
  {
    pattern: "CARGO_*",
    why: "chooses programs that Cargo runs",
    source: "The Cargo Book, environment variables",
  },
  { pattern: "GOFLAGS", why: "chooses programs that go runs", source: "go help environment" },
  { pattern: "GOENV", why: "chooses programs that go runs", source: "go help environment" },
  { pattern: "GOROOT", why: "chooses programs that go runs", source: "go help environment" },
  { pattern: "GOTOOLDIR", why: "chooses programs that go runs", source: "go help environment" },
  { pattern: "GOTOOLCHAIN", why: "chooses programs that go runs", source: "go help environment" },
  { pattern: "GOPATH", why: "chooses programs that go runs", source: "go help environment" },
  { pattern: "GOPROXY", why: "chooses programs that go runs", source: "go help environment" },
  { pattern: "CGO_*", why: "adds arguments to the compiler", source: "go help environment" },
  { pattern: "PKG_CONFIG*", why: "adds arguments to the compiler", source: "pkg-config(1)" },
  { pattern: "CMAKE_*", why: "chooses programs that CMake runs", source: "cmake-env-variables(7)" },

  // Tools that start other programs.
  { pattern: "GIT_*", why: "chooses programs that git runs", source: "git(1), ENVIRONMENT VARIABLES" },
  { pattern: "SSH_*", why: "chooses programs and agents that ssh uses", source: "ssh(1)" },
  { pattern: "SVN_*", why: "chooses programs that svn runs", source: "svn, runtime configuration" },
  { pattern: "HGRCPATH", why: "chooses programs that hg runs", source: "hg(1)" },
  { pattern: "HGMERGE", why: "chooses programs that hg runs", source: "hg(1)" },
  { pattern: "CVS_*", why: "chooses programs that cvs runs", source: "cvs(1)" },
  { pattern: "RSYNC_*", why: "chooses programs that rsync runs", source: "rsync(1)" },
  {
    pattern: "TAR_OPTIONS",
    why: "adds arguments to tar, such as --checkpoint-action=exec",
    source: "tar(1)",
  },
  { pattern: "GZIP", why: "adds arguments to gzip", source: "gzip(1)" },
  {
    pattern: "*PAGER",
    why: "is a program that tools run",
    source: "man(1) MANPAGER, systemctl(1) SYSTEMD_PAGER",
  },
  { pattern: "LESS", why: "makes less run a preprocessor", source: "less(1) LESSOPEN, LESSCLOSE, LESSKEYIN" },
  {
    pattern: "LESSOPEN",
    why: "makes less run a preprocessor",
    source: "less(1) LESSOPEN, LESSCLOSE, LESSKEYIN",
  },
  {
    pattern: "LESSCLOSE",
    why: "makes less run a preprocessor",
    source: "less(1) LESSOPEN, LESSCLOSE, LESSKEYIN",
  },
  {
    pattern: "LESSKEY*",
    why: "makes less run a preprocessor",
    source: "less(1) LESSOPEN, LESSCLOSE, LESSKEYIN",
  },
  { pattern: "MANPATH", why: "adds programs and arguments to man", source: "man(1) MANPATH, MANROFFOPT" },
  { pattern: "MANROFFOPT", why: "adds programs and arguments to man", source: "man(1) MANPATH, MANROFFOPT" },
  { pattern: "MANOPT", why: "adds programs and arguments to man", source: "man(1) MANPATH, MANROFFOPT" },
  { pattern: "*EDITOR", why: "is a program that tools run", source: "git(1), svn(1), psql(1)" },
  { pattern: "VISUAL", why: "is a program that tools run", source: "environ(7)" },
  { pattern: "BROWSER", why: "is a program that tools run", source: "xdg-open(1); CVE-2026-22708" },
  { pattern: "SYSTEMD_*", why: "changes what systemd tools run", source: "systemd(1)" },
  { pattern: "VIMINIT", why: "is run as commands by vim", source: "vim(1)" },
  { pattern: "EXINIT", why: "is run as commands by vi", source: "ex(1p)" },
  { pattern: "EMACSLOADPATH", why: "makes Emacs load other code", source: "emacs(1)" },
  { pattern: "PSQLRC", why: "makes psql run a file", source: "psql(1)" },
  {
    pattern: "PGSERVICEFILE",
    why: "makes database clients load files and go elsewhere",
    source: "libpq, environment variables",
  },
  {
    pattern: "PGSYSCONFDIR",
    why: "makes database clients load files and go elsewhere",
    source: "libpq, environment variables",
  },
  {
    pattern: "PGOPTIONS",
    why: "makes database clients load files and go elsewhere",
    source: "libpq, environment variables",
  },
  {
    pattern: "PGHOST*",
    why: "makes database clients load files and go elsewhere",
    source: "libpq, environment variables",
  },
  { pattern: "MYSQL_*", why: "makes database clients load files and go elsewhere", source: "mysql(1)" },
  { pattern: "WGETRC", why: "makes wget read another configuration", source: "wget(1)" },
  { pattern: "CURL_*", why: "makes curl read another configuration", source: "curl(1)" },
  { pattern: "GNUPGHOME", why: "makes gpg read another configuration", source: "gpg(1)" },
  { pattern: "DOCKER_*", why: "chooses which daemon docker commands", source: "docker(1)" },
  { pattern: "KUBECONFIG", why: "chooses programs that kubectl runs", source: "kubectl, credential plugins" },
  { pattern: "SUDO_*", why: "is a program that sudo runs", source: "sudo(8) SUDO_ASKPASS" },

  // Libraries that load plug-ins or trust files.
  { pattern: "OPENSSL_*", why: "makes OpenSSL load engines", source: "openssl-env(7)" },
  { pattern: "SSL_CERT_*", why: "chooses which certificates are trusted", source: "openssl-env(7)" },
  { pattern: "SSLKEYLOGFILE", why: "writes session keys to a file", source: "curl(1)" },
  { pattern: "KRB5*", why: "makes Kerberos load plug-ins", source: SUDO },
  { pattern: "GIO_*", why: "loads plug-ins from a directory", source: "GIO, running applications" },
  { pattern: "GTK_*", why: "loads plug-ins from a directory", source: "GTK, running applications" },
  { pattern: "QT_*", why: "loads plug-ins from a directory", source: "Qt, deploying plugins" },
  { pattern: "GST_*", why: "loads plug-ins from a directory", source: "GStreamer, running applications" },
  { pattern: "DBUS_*", why: "chooses a message bus", source: "dbus-daemon(1)" },
  {
    pattern: "*SAN_OPTIONS",
    why: "writes files and runs a symboliser",
    source: "LLVM, sanitizer common flags",
  },

  // Descriptors and services of whoever started us, and the way to the network.
  { pattern: "NOTIFY_SOCKET", why: "talks to the service manager of the host", source: "sd_notify(3)" },
  { pattern: "LISTEN_FDS", why: "claims descriptors of the host", source: "sd_listen_fds(3)" },
  { pattern: "LISTEN_PID", why: "claims descriptors of the host", source: "sd_listen_fds(3)" },
  { pattern: "LISTEN_FDNAMES", why: "claims descriptors of the host", source: "sd_listen_fds(3)" },
  ...["http_proxy", "https_proxy", "ftp_proxy", "all_proxy", "no_proxy"].flatMap((name) =>
    [name, name.toUpperCase()].map((pattern) => ({
      pattern,
      why: "sends network traffic elsewhere",
      source: "curl(1); CVE-2016-5385",
    })),
  ),
];

/** The row of the table that covers `name`, or `null`. */
export function dangerousVariable(name: string): DangerousVariable | null {
  return DANGEROUS_ENVIRONMENT.find(({ pattern }) => covers(pattern, name)) ?? null;
}

function covers(pattern: string, name: string): boolean {
  if (pattern.startsWith("*")) return name.endsWith(pattern.slice(1));
  if (pattern.endsWith("*")) return name.startsWith(pattern.slice(0, -1));
  return name === pattern;
}
