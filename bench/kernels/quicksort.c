/* Recursion, and branches that cannot be predicted. */
#include "kernel.h"
#define COUNT 8000

static int numbers[COUNT];

static NOINLINE void sort(int *from, int *to) {
  while (to - from > 1) {
    int pivot = from[(to - from) / 2];
    int *low = from, *high = to - 1;
    while (low <= high) {
      while (*low < pivot) low++;
      while (*high > pivot) high--;
      if (low <= high) {
        int swap = *low;
        *low++ = *high;
        *high-- = swap;
      }
    }
    sort(from, high + 1);
    from = low;
  }
}

EXPORT int run(int n) {
  word random = 7;
  int check = 0;
  for (int round = 0; round < n; round++) {
    for (int i = 0; i < COUNT; i++) numbers[i] = (int)next_random(&random);
    sort(numbers, numbers + COUNT);
    check ^= numbers[round % COUNT];
  }
  return check;
}
