import { Command, bytesOf } from "@assay/sdk-assemblyscript/assembly";

export enum Expected {
  /** It runs, and succeeds. */
  Works,
  /** It runs, but the sandbox holds nothing of what it looks for. */
  Fails,
  /** It runs until its time is over. */
  TimesOut,
  /** It never starts: not this program. */
  ProgramDenied,
  /** It never starts: this program, but not like this. */
  RequestDenied,
}

export class Question {
  constructor(
    public title: string,
    public expected: Expected,
    public command: Command,
  ) {}
}

/** Compare with probe.policy.json. The order matters to the last question only: by then five commands have run. */
export function questions(): Question[] {
  const echo = new Command("cat");
  echo.stdin = bytesOf("hello from the guest");

  const greeting = new Command("printenv", ["GREETING"]);
  greeting.env.set("GREETING", "hello");

  const endless = new Command("sleep", ["3600"]);
  endless.timeoutMs = 200;

  const otherVariable = new Command("printenv", ["SECRET"]);
  otherVariable.env.set("SECRET", "1");

  const preload = new Command("cat");
  preload.env.set("LD_PRELOAD", "/tmp/evil.so");

  const upwards = new Command("cat");
  upwards.workingDirectory = "../..";

  const elsewhere = new Command("cat");
  elsewhere.workingDirectory = "/etc";

  return [
    new Question("a listed command", Expected.Works, echo),
    new Question("a listed environment variable", Expected.Works, greeting),
    new Question("a command that is not listed", Expected.ProgramDenied, new Command("ls")),
    new Question("a command that is listed and blocked", Expected.ProgramDenied, new Command("perl", ["-v"])),
    new Question("a listed name at another place", Expected.ProgramDenied, new Command("/tmp/cat")),
    new Question("a variable that is not listed", Expected.RequestDenied, otherVariable),
    new Question("a variable that loads code into a command", Expected.RequestDenied, preload),
    new Question("a directory above its own", Expected.RequestDenied, upwards),
    new Question("a directory of the system", Expected.RequestDenied, elsewhere),
    new Question("the passwords of the machine", Expected.Fails, new Command("cat", ["/etc/shadow"])),
    new Question("an address on the internet", Expected.Fails, new Command("getent", ["hosts", "example.com"])),
    new Question("an hour, with a limit of 200 ms", Expected.TimesOut, endless),
    new Question("one command more than the budget", Expected.RequestDenied, new Command("cat")),
  ];
}
