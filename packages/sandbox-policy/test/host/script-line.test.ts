import { describe, expect, it } from "vitest";
import { programFormat } from "../../src/host/script-line.ts";

function formatOf(text: string) {
  return programFormat(Buffer.from(text, "latin1"));
}

describe("reads the first line of a script as the kernel does", () => {
  it.each([
    { name: "an interpreter", text: "#!/bin/sh\nid\n", interpreter: "/bin/sh", argument: null },
    { name: "spaces and tabs around it", text: "#! \t/bin/sh \t\n", interpreter: "/bin/sh", argument: null },
    { name: "one argument", text: "#!/bin/awk -f\n", interpreter: "/bin/awk", argument: "-f" },
    {
      name: "everything after it as one argument",
      text: "#!/bin/x -a b\t-c \n",
      interpreter: "/bin/x",
      argument: "-a b\t-c",
    },
    { name: "a file that ends with the line", text: "#!/bin/sh", interpreter: "/bin/sh", argument: null },
  ])("$name", ({ text, interpreter, argument }) =>
    expect(formatOf(text)).toEqual({ kind: "script", interpreter, argument }),
  );
});

describe("refuses a first line", () => {
  it.each([
    {
      name: "that is longer than the kernel reads",
      text: `#!/${"x".repeat(300)}\n`,
      problem: "unterminated",
    },
    { name: "without an interpreter", text: "#!\n", problem: "no-interpreter" },
    { name: "of spaces", text: "#!  \t\n", problem: "no-interpreter" },
    {
      name: "whose interpreter the working directory would choose",
      text: "#!sh\n",
      problem: "relative-interpreter",
    },
    {
      name: "with a path that the working directory would choose",
      text: "#!./sh\n",
      problem: "relative-interpreter",
    },
    { name: "with a Windows line end", text: "#!/bin/sh\r\n", problem: "not-text" },
    { name: "with a NUL", text: "#!/bin/sh\0\n", problem: "not-text" },
    { name: "with a character outside ASCII", text: "#!/bin/s\u00e9\n", problem: "not-text" },
  ])("$name", ({ text, problem }) => expect(formatOf(text)).toEqual({ kind: "bad-script", problem }));
});

describe("knows", () => {
  it.each([
    { name: "an ELF program", text: "\u007fELF\u0002\u0001", kind: "elf" },
    { name: "a text without a first line for the kernel", text: "echo hi\n", kind: "unknown" },
    { name: "an empty file", text: "", kind: "unknown" },
    { name: "a Windows program", text: "MZ\u0090", kind: "unknown" },
    { name: "a mark that comes too late", text: " #!/bin/sh\n", kind: "unknown" },
  ])("$name", ({ text, kind }) => expect(formatOf(text)).toEqual({ kind }));
});
