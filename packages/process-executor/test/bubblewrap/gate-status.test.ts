import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { readGateStatus } from "../../src/bubblewrap/gate-status.ts";

const TIMES = "0m0.00s 0m0.00s\n1m2.50s 0m0.25s\n";

describe("readGateStatus", () => {
  it.each([
    { name: "an exit code", text: `ready\nstarted\nexit 7\n${TIMES}`, ended: { exitCode: 7 } },
    {
      name: "a code above 128 that the shell did not explain",
      text: `ready\nstarted\nexit 139\n${TIMES}`,
      ended: { exitCode: 139 },
    },
    {
      name: "a signal that the shell named",
      text: `ready\nstarted\nSegmentation fault\nexit 139\n${TIMES}`,
      ended: { signal: "SIGSEGV" },
    },
    {
      name: "a signal in bash's words",
      text: `ready\nstarted\nbash: line 8: 10 Killed ( exec )\nexit 137\n${TIMES}`,
      ended: { signal: "SIGKILL" },
    },
    { name: "a number that is no signal", text: "ready\nstarted\nodd\nexit 255\n", ended: { exitCode: 255 } },
    { name: "a gate that was killed", text: "ready\nstarted\n", ended: null },
    { name: "a gate that was never released", text: "ready\n", ended: null },
    { name: "half an exit line", text: "ready\nstarted\nexit \n", ended: null },
  ])("reads $name", ({ text, ended }) => {
    expect(readGateStatus(text).ended).toEqual(ended);
  });

  it("adds up user and system time of the children", () => {
    expect(readGateStatus(`ready\nstarted\nexit 0\n${TIMES}`).cpuTimeMs).toBe(62_750);
    expect(readGateStatus("ready\nstarted\nexit 0\nnonsense\n").cpuTimeMs).toBeNull();
  });

  it("names a refusal and keeps what the shell said about it", () => {
    const status = readGateStatus("ready\nsh: 3: ulimit: error setting limit\nrefused resource-limits\n");
    expect(status).toMatchObject({
      refused: "resource-limits",
      started: false,
      messages: ["sh: 3: ulimit: error setting limit"],
    });
  });

  it("never throws, and never invents an exit that was not reported", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const status = readGateStatus(text);
        if (!/^exit \d+$/m.test(text)) expect(status.ended).toBeNull();
      }),
    );
  });
});
