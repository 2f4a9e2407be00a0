/** One test of a submission: what it reads, and what it has to print. */
export class Case {
  constructor(
    public name: string,
    public input: string,
    public expected: string,
  ) {}
}

/** The problem: print the sum of all whole numbers on standard input. White space separates them. */
export function cases(): Case[] {
  return [
    new Case("one number", "7\n", "7"),
    new Case("two on a line", "3 4\n", "7"),
    new Case("one per line", "1\n2\n3\n", "6"),
    new Case("nothing at all", "", "0"),
    new Case("empty lines only", "\n\n\n", "0"),
    new Case("negative numbers", "-5 3\n-10\n", "-12"),
    new Case("a sum of zero", "1000000 -1000000\n", "0"),
    new Case("tabs and many spaces", "  1\t\t2   3  \n", "6"),
    new Case("beyond 32 bits", "2000000000 2000000000\n147483648\n", "4147483648"),
    new Case("no newline at the end", "20\n22", "42"),
    new Case("one number, no newline", "5", "5"),
    new Case("a thousand lines", countTo(1000), "500500"),
  ];
}

function countTo(last: i32): string {
  const lines: string[] = [];
  for (let number = 1; number <= last; number++) lines.push(number.toString());
  return lines.join("\n");
}
