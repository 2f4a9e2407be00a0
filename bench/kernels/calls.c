/* Small functions, called directly and through a table. */
#include "kernel.h"

static NOINLINE int fibonacci(int n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }
static NOINLINE int triple(int x) { return x * 3 + 1; }
static NOINLINE int fold(int x) { return x ^ x >> 5; }
static NOINLINE int lower(int x) { return x - 11; }
static int (*volatile steps[3])(int) = {triple, fold, lower};

EXPORT int run(int n) {
  int check = 0;
  for (int round = 0; round < n; round++) {
    check += fibonacci(16);
    for (int i = 0; i < 3000; i++) check = steps[i % 3](check);
  }
  return check;
}
