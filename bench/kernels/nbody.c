/* Dense floating point with divisions and square roots. */
#include "kernel.h"
#define BODIES 5

static struct { double at[3], speed[3], mass; } body[BODIES];

EXPORT int run(int n) {
  word random = 3;
  for (int i = 0; i < BODIES; i++) {
    body[i].mass = 1 + next_random(&random) % 100;
    for (int axis = 0; axis < 3; axis++) {
      body[i].at[axis] = next_random(&random) % 1000;
      body[i].speed[axis] = 0;
    }
  }
  for (int step = 0; step < n * 1000; step++) {
    for (int i = 0; i < BODIES; i++)
      for (int j = i + 1; j < BODIES; j++) {
        double apart[3], square = 0.01;
        for (int axis = 0; axis < 3; axis++) {
          apart[axis] = body[i].at[axis] - body[j].at[axis];
          square += apart[axis] * apart[axis];
        }
        double pull = 0.001 / (square * __builtin_sqrt(square));
        for (int axis = 0; axis < 3; axis++) {
          body[i].speed[axis] -= apart[axis] * body[j].mass * pull;
          body[j].speed[axis] += apart[axis] * body[i].mass * pull;
        }
      }
    for (int i = 0; i < BODIES; i++)
      for (int axis = 0; axis < 3; axis++) body[i].at[axis] += 0.001 * body[i].speed[axis];
  }
  return (int)(body[0].at[0] * 1000);
}
