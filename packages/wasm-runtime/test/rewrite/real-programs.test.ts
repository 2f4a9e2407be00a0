import crypto from "node:crypto";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { callableFromGlue, type Program, QUICKJS, SQLITE } from "../support/real-programs.ts";
import { engine, type Guest, meteredGuest, plainGuest, rewritten } from "../support/rewritten.ts";

const JAVASCRIPT = `
  const out = [];
  class Point { constructor(x, y) { this.x = x; this.y = y } plus(o) { return new Point(this.x + o.x, this.y + o.y) } }
  let sum = new Point(0, 0.5);
  for (let i = 0; i < 500; i++) sum = sum.plus(new Point(i, i / 7));
  out.push(sum.x, sum.y);
  function* squares(n) { for (let i = 0; i < n; i++) yield i * i }
  out.push([...squares(50)].sort((a, b) => (a % 7) - (b % 7) || a - b).join());
  const counts = new Map();
  for (const word of "the cat and the dog and the bird".split(" ")) counts.set(word, (counts.get(word) ?? 0) + 1);
  out.push(JSON.stringify([...counts]), "a1b22c333".replace(/[0-9]+/g, (digits) => "<" + digits.length + ">"));
  const fibonacci = (n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));
  out.push(fibonacci(15), (12345678901234567890n ** 5n).toString());
  try { null.field } catch (error) { out.push(error.message) }
  try { (function deeper() { deeper() })() } catch (error) { out.push(error.name) }
  out.join("; ")`;

const SQL = `
  create table item(id integer primary key, name text, price real);
  create index by_name on item(name);
  with recursive n(i) as (select 1 union all select i + 1 from n where i < 800)
    insert into item select i, 'item ' || (i * 7919 % 809), i * 0.25 from n;
  select count(*), sum(price), max(name) from item where name like '%7%';
  select a.id, b.name from item a join item b on b.name = 'item ' || a.id where a.id % 3 = 0 order by b.name limit 5;
  select substr(name, 6, 1) k, count(*), avg(price) from item group by k order by 2 desc, k limit 7;
  update item set price = price + 1 where id % 2 = 0;
  delete from item where id % 5 = 0;
  select sum(length(name)), total(price), group_concat(distinct id % 4) from item;`;

interface Observed {
  readonly result: string;
  readonly memory: string;
  readonly fuel: bigint;
}

/** A clock that stands and chance that repeats: the programs seed themselves with both. */
beforeEach(() => {
  vi.useFakeTimers({ now: 0, toFake: ["Date", "performance"] });
  vi.spyOn(Math, "random").mockReturnValue(0.5);
  vi.spyOn(crypto, "randomFillSync").mockImplementation((bytes) => bytes);
});
afterEach(() => {
  vi.useRealTimers();
  vi.restoreAllMocks();
});

async function observe(
  { start }: Program,
  source: string,
  create: (bytes: Uint8Array, imports: object) => Guest,
): Promise<Observed> {
  let guest: Guest | undefined;
  let memory = (): Buffer => Buffer.alloc(0);
  const run = await start((bytes, imports) => {
    const created = create(bytes, imports);
    guest = created;
    memory = () => memoryIn(created.exports, imports);
    return { exports: callableFromGlue(created) };
  });
  const result = run(source);
  return {
    result,
    memory: crypto.createHash("sha256").update(memory()).digest("hex"),
    fuel: guest?.fuelUsed() ?? 0n,
  };
}

/** What the module exports or imports as its memory. */
function memoryIn(exports: object, imports: object): Buffer {
  const memory = [exports, ...Object.values(imports)]
    .flatMap((each) => Object.values(each))
    .find((each) => each instanceof engine.Memory);
  if (memory instanceof engine.Memory) return Buffer.from(memory.buffer);
  throw new Error("no memory");
}

describe.each([
  { program: QUICKJS, source: JAVASCRIPT, says: "124750; " },
  { program: SQLITE, source: SQL, says: '"count(*)"' },
])("$program.name", ({ program, source, says }) => {
  it("computes the same when it is metered, to the last byte of its memory", async () => {
    const { fuel: _, ...plain } = await observe(program, source, plainGuest);
    const { fuel, ...metered } = await observe(program, source, (bytes, imports) =>
      meteredGuest(rewritten(bytes), imports),
    );

    expect(plain.result).toContain(says);
    expect(metered).toEqual(plain);
    expect(fuel).toBeGreaterThan(1_000_000n);
  });

  it("takes the same fuel for any slice", async () => {
    const observed = [];
    for (const slice of [1_000n, 77_777n, 5_000_000n, 1n << 60n]) {
      observed.push(
        await observe(program, source, (bytes, imports) =>
          meteredGuest(rewritten(bytes), imports, { slice }),
        ),
      );
    }

    for (const each of observed) expect(each).toEqual(observed[0]);
  });
});
