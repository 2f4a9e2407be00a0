// What QuickJS is measured with: a little of everything that scripts do.
(() => {
  const out = [];
  class Point {
    constructor(x, y) {
      this.x = x;
      this.y = y;
    }
    plus(other) {
      return new Point(this.x + other.x, this.y + other.y);
    }
  }
  let sum = new Point(0, 0);
  for (let i = 0; i < 6000; i++) sum = sum.plus(new Point(i, i % 7));
  out.push(sum.x, sum.y);

  const numbers = [];
  let random = 12345;
  for (let i = 0; i < 1500; i++) {
    random = (random * 1103515245 + 12345) & 0x7fffffff;
    numbers.push(random % 10007);
  }
  numbers.sort((a, b) => a - b);
  out.push(numbers[0], numbers[700], numbers[1499]);

  let hash = 0;
  for (let i = 0; i < 40000; i++) hash = (hash * 31 + i) | 0;
  let series = 0;
  for (let i = 1; i < 15000; i++) series += Math.sqrt(i) / (i + 1);
  out.push(hash, series.toFixed(6));

  const counts = new Map();
  for (let i = 0; i < 3000; i++) counts.set(`k${i % 97}`, (counts.get(`k${i % 97}`) ?? 0) + i);
  let text = "";
  for (let i = 0; i < 2000; i++) text += String.fromCharCode(97 + (i % 26));
  out.push(counts.get("k5"), text.replace(/[aeiou]/g, "").length, text.split("z").length);
  out.push(JSON.stringify(JSON.parse(JSON.stringify({ list: [1, 2, { text }], sum }))).length);

  const fibonacci = (n) => (n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2));
  function* squares(n) {
    for (let i = 0; i < n; i++) yield i * i;
  }
  let total = 0;
  for (const square of squares(1500)) total += square;
  out.push(fibonacci(17), total);
  return out.join();
})();
