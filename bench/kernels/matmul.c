/* The tightest loop there is: two loads, a multiplication and an addition. */
#include "kernel.h"
#define SIZE 90

static double left[SIZE][SIZE], right[SIZE][SIZE], product[SIZE][SIZE];

EXPORT int run(int n) {
  for (int i = 0; i < SIZE; i++)
    for (int j = 0; j < SIZE; j++) {
      left[i][j] = (i * 7 + j * 3) % 11;
      right[i][j] = (i * 5 + j) % 13;
    }
  double trace = 0;
  for (int round = 0; round < n; round++) {
    for (int i = 0; i < SIZE; i++)
      for (int j = 0; j < SIZE; j++) {
        double sum = round;
#pragma clang loop unroll(disable)
        for (int k = 0; k < SIZE; k++) sum += left[i][k] * right[k][j];
        product[i][j] = sum;
      }
    trace += product[round % SIZE][round % SIZE];
  }
  return (int)trace;
}
