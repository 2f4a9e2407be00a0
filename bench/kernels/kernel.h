/* Each kernel exports `int run(int n)`: n rounds of its work, and a number that depends on all of it. */
typedef unsigned char byte;
typedef unsigned int word;
typedef unsigned long long wide;
#define EXPORT __attribute__((export_name("run")))
#define NOINLINE __attribute__((noinline))

static word next_random(word *state) {
  *state = *state * 1664525u + 1013904223u;
  return *state >> 8;
}
