import { describe, expect, it, test } from "vitest";
import { DANGEROUS_ENVIRONMENT, decide } from "../../src/index.ts";
import { allowed, codes, codesFor, prepared, request, rule } from "../support.ts";

type Env = readonly (readonly [string, string])[];

test("the child of an empty whitelist gets the fixed minimum and nothing of the host's", () => {
  process.env["ASSAY_TEST_SECRET"] = "secret";
  expect(allowed(decide(prepared(), request())).env).toEqual([
    ["HOME", "/work"],
    ["LANG", "C.UTF-8"],
    ["PATH", "/usr/local/bin:/usr/bin:/bin"],
    ["TMPDIR", "/tmp"],
  ]);
});

test("PATH is the policy's search path", () => {
  const plan = allowed(decide(prepared({ searchPath: ["/opt/bin", "/usr/bin"] }), request()));
  expect(plan.env).toContainEqual(["PATH", "/opt/bin:/usr/bin"]);
});

test("whitelisted variables reach the child, sorted by name, and may replace LANG", () => {
  const policy = prepared({ environmentWhitelist: ["ZONE", "APP_MODE", "LANG"] });
  const env: Env = [
    ["ZONE", "z"],
    ["LANG", "de_DE.UTF-8"],
    ["APP_MODE", "a=b; $(id)\n"],
  ];
  expect(allowed(decide(policy, request({ env }))).env).toEqual([
    ["APP_MODE", "a=b; $(id)\n"],
    ["HOME", "/work"],
    ["LANG", "de_DE.UTF-8"],
    ["PATH", "/usr/local/bin:/usr/bin:/bin"],
    ["TMPDIR", "/tmp"],
    ["ZONE", "z"],
  ]);
});

describe("denies, instead of dropping in silence,", () => {
  it.each<{ name: string; env: Env; expected: readonly string[] }>([
    { name: "a variable that is not whitelisted", env: [["OTHER", "x"]], expected: ["ENV_NOT_ALLOWED"] },
    {
      name: "one that differs from a whitelisted one in case",
      env: [["mode", "x"]],
      expected: ["ENV_NOT_ALLOWED"],
    },
    {
      name: "one with a whitelisted name as its prefix",
      env: [["MODE2", "x"]],
      expected: ["ENV_NOT_ALLOWED"],
    },
    { name: "__proto__", env: [["__proto__", "x"]], expected: ["ENV_NAME_MALFORMED"] },
    { name: "constructor", env: [["constructor", "x"]], expected: ["ENV_NAME_MALFORMED"] },
    { name: "the empty name", env: [["", "x"]], expected: ["ENV_NAME_MALFORMED"] },
    { name: "a name with =", env: [["MODE=1", "x"]], expected: ["ENV_NAME_MALFORMED"] },
    { name: "a name with NUL", env: [["MODE\0", "x"]], expected: ["ENV_NAME_MALFORMED"] },
    { name: "a name with a newline", env: [["MODE\n", "x"]], expected: ["ENV_NAME_MALFORMED"] },
    { name: "a name with a space", env: [["MODE ", "x"]], expected: ["ENV_NAME_MALFORMED"] },
    { name: "a name with a letter outside ASCII", env: [["MÖDE", "x"]], expected: ["ENV_NAME_MALFORMED"] },
    { name: "a name that begins with a digit", env: [["1MODE", "x"]], expected: ["ENV_NAME_MALFORMED"] },
    {
      name: "a bash function",
      env: [["BASH_FUNC_x%%", "() { :; }"]],
      expected: ["ENV_NAME_MALFORMED", "ENV_VALUE_MALFORMED"],
    },
    { name: "a name of 300 characters", env: [["M".repeat(300), "x"]], expected: ["ENV_NAME_MALFORMED"] },
    {
      name: "the same name twice",
      env: [
        ["MODE", "a"],
        ["MODE", "b"],
      ],
      expected: ["ENV_DUPLICATE"],
    },
    {
      name: "two names that differ only in case",
      env: [
        ["MODE", "a"],
        ["Mode", "b"],
      ],
      expected: ["ENV_DUPLICATE"],
    },
    { name: "a value with NUL", env: [["MODE", "a\0b"]], expected: ["ENV_VALUE_MALFORMED"] },
    { name: "a value with a lone surrogate", env: [["MODE", "\ud800"]], expected: ["ENV_VALUE_MALFORMED"] },
    {
      name: "a value that old shells run as code",
      env: [["MODE", "() { :; }; id"]],
      expected: ["ENV_VALUE_MALFORMED"],
    },
  ])("$name", ({ env, expected }) => {
    expect(codesFor({ env }, { environmentWhitelist: ["MODE", "Mode"] })).toEqual(expected);
  });

  test("10 MB in one variable", () => {
    const env: Env = [["MODE", "x".repeat(10_000_000)]];
    expect(codesFor({ env }, { environmentWhitelist: ["MODE"] })).toEqual(["ENV_TOO_LARGE"]);
  });

  test("100 000 variables", () => {
    const env: Env = Array.from({ length: 100_000 }, (_, index) => [`V${index}`, ""]);
    expect(codesFor({ env })).toEqual(["ENV_TOO_MANY"]);
  });

  test("one variable longer than Linux passes, even where the policy would let it", () => {
    const limits = { ...prepared().policy.limits, maxEnvironmentBytes: 500_000 };
    const policy = { environmentWhitelist: ["MODE"], limits };
    expect(codesFor({ env: [["MODE", "x".repeat(131_066)]] }, policy)).toEqual(["allow"]);
    expect(codesFor({ env: [["MODE", "x".repeat(131_067)]] }, policy)).toEqual(["ENV_VALUE_MALFORMED"]);
  });
});

describe("a loader or interpreter variable is refused although it is whitelisted", () => {
  const attacks = [
    "LD_PRELOAD",
    "LD_AUDIT",
    "LD_LIBRARY_PATH",
    "GCONV_PATH",
    "GLIBC_TUNABLES",
    "MALLOC_TRACE",
    "BASH_ENV",
    "ENV",
    "PS4",
    "PROMPT_COMMAND",
    "SHELLOPTS",
    "BASHOPTS",
    "IFS",
    "CDPATH",
    "NODE_OPTIONS",
    "NODE_CHANNEL_FD",
    "PYTHONSTARTUP",
    "PYTHONPATH",
    "PYTHONWARNINGS",
    "PERL5OPT",
    "PERL5LIB",
    "PERLLIB",
    "RUBYOPT",
    "RUBYLIB",
    "GEM_PATH",
    "JAVA_TOOL_OPTIONS",
    "_JAVA_OPTIONS",
    "JDK_JAVA_OPTIONS",
    "GIT_SSH_COMMAND",
    "GIT_EXTERNAL_DIFF",
    "GIT_CONFIG_COUNT",
    "GIT_DIR",
    "SSH_ASKPASS",
    "SSH_AUTH_SOCK",
    "PAGER",
    "MANPAGER",
    "SYSTEMD_PAGER",
    "LESSOPEN",
    "LESSCLOSE",
    "EDITOR",
    "VISUAL",
    "BROWSER",
    "NOTIFY_SOCKET",
    "LISTEN_FDS",
    "http_proxy",
    "HTTPS_PROXY",
    "ALL_PROXY",
    "HOSTALIASES",
    "RES_OPTIONS",
    "LOCALDOMAIN",
    "TZDIR",
    "NLSPATH",
    "LOCPATH",
    "TERMINFO",
    "TERMINFO_DIRS",
    "AWKPATH",
    "AWKLIBPATH",
    "TMPDIR",
    "HOME",
    "PATH",
    "TAR_OPTIONS",
    "MAKEFLAGS",
    "XDG_CONFIG_HOME",
    "OPENSSL_CONF",
    "ASAN_OPTIONS",
  ];
  it.each(attacks)("%s", (name) => {
    expect(codesFor({ env: [[name, "x"]] }, { environmentWhitelist: [name] })).toEqual(["ENV_DANGEROUS"]);
    expect(codesFor({ env: [[name, "x"]] })).toEqual(["ENV_NOT_ALLOWED", "ENV_DANGEROUS"]);
  });

  it.each([
    "TZ",
    "LANG",
    "LC_ALL",
    "TERM",
    "USER",
    "NO_COLOR",
    "DEBUG",
    "PORT",
    "GOAL",
    "LESSON",
    "MANAGER",
    "ENVIRONMENT",
  ])("but not %s, which only looks like one or does no harm", (name) =>
    expect(codesFor({ env: [[name, "x"]] }, { environmentWhitelist: [name] })).toEqual(["allow"]),
  );

  test("and the table says why and where from for each", () => {
    for (const { pattern, why, source } of DANGEROUS_ENVIRONMENT) {
      expect(pattern).toMatch(/^(\*?[A-Za-z_][A-Za-z0-9_]*|[A-Za-z_][A-Za-z0-9_]*\*?)$/);
      expect(why).toMatch(/^[a-z].*[^.]$/);
      expect(source.length).toBeGreaterThan(3);
    }
    const patterns = DANGEROUS_ENVIRONMENT.map(({ pattern }) => pattern);
    expect(new Set(patterns).size).toBe(patterns.length);
  });
});

describe("a variable that the rule pins", () => {
  const policy = prepared({ environmentWhitelist: ["NODE_OPTIONS"] }, [
    rule("cat", {
      env: [
        ["HOME", "/work/home"],
        ["NODE_OPTIONS", "--max-old-space-size=64"],
      ],
    }),
    rule("node"),
  ]);
  const env: Env = [["NODE_OPTIONS", "--max-old-space-size=64"]];

  test("is always there, and replaces the fixed minimum", () => {
    expect(allowed(decide(policy, request())).env).toEqual([
      ["HOME", "/work/home"],
      ["LANG", "C.UTF-8"],
      ["NODE_OPTIONS", "--max-old-space-size=64"],
      ["PATH", "/usr/local/bin:/usr/bin:/bin"],
      ["TMPDIR", "/tmp"],
    ]);
  });
  test("may be asked for with the value that it has", () => {
    expect(codes(decide(policy, request({ env })))).toEqual(["allow"]);
  });
  test("may not be asked for with another value", () => {
    const other: Env = [["NODE_OPTIONS", "--require=/work/x.js"]];
    expect(codes(decide(policy, request({ env: other })))).toEqual(["ENV_VALUE_PINNED"]);
  });
  test("is refused for a program whose rule does not pin it", () => {
    expect(codes(decide(policy, request({ command: "node", env })))).toEqual(["ENV_DANGEROUS"]);
  });
});
