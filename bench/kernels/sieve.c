/* Short loops that store bytes. */
#include "kernel.h"
#define LIMIT 100000

static byte composite[LIMIT];

EXPORT int run(int n) {
  int primes = 0;
  for (int round = 0; round < n; round++) {
    for (int i = 0; i < LIMIT; i++) composite[i] = 0;
    for (int i = 2; i < LIMIT; i++) {
      if (composite[i]) continue;
      primes++;
      for (int multiple = i + i; multiple < LIMIT; multiple += i) composite[multiple] = 1;
    }
  }
  return primes;
}
