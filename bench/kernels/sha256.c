/* Rotations and additions in registers, over a message of 4 KiB. */
#include "kernel.h"

static word K[64];
static byte message[4096];

static word rotate(word x, int by) { return x >> by | x << (32 - by); }

/* The first 32 bits of the fractional parts of the cube roots of the first 64 primes. */
static void make_constants(void) {
  int found = 0;
  for (int candidate = 2; found < 64; candidate++) {
    int prime = 1;
    for (int divisor = 2; divisor * divisor <= candidate; divisor++)
      if (candidate % divisor == 0) prime = 0;
    if (!prime) continue;
    double root = candidate;
    for (int step = 0; step < 60; step++) root = (2 * root + candidate / (root * root)) / 3;
    K[found++] = (word)((root - (int)root) * 4294967296.0);
  }
}

static void compress(word *state, const byte *block) {
  word w[64], s[8];
  for (int i = 0; i < 16; i++)
    w[i] = (word)block[4 * i] << 24 | block[4 * i + 1] << 16 | block[4 * i + 2] << 8 | block[4 * i + 3];
  for (int i = 16; i < 64; i++)
    w[i] = w[i - 16] + w[i - 7] + (rotate(w[i - 15], 7) ^ rotate(w[i - 15], 18) ^ w[i - 15] >> 3) +
           (rotate(w[i - 2], 17) ^ rotate(w[i - 2], 19) ^ w[i - 2] >> 10);
  for (int i = 0; i < 8; i++) s[i] = state[i];
  for (int i = 0; i < 64; i++) {
    word one = s[7] + (rotate(s[4], 6) ^ rotate(s[4], 11) ^ rotate(s[4], 25)) + ((s[4] & s[5]) ^ (~s[4] & s[6])) + K[i] + w[i];
    word two = (rotate(s[0], 2) ^ rotate(s[0], 13) ^ rotate(s[0], 22)) + ((s[0] & s[1]) ^ (s[0] & s[2]) ^ (s[1] & s[2]));
    for (int j = 7; j > 0; j--) s[j] = s[j - 1];
    s[4] += one;
    s[0] = one + two;
  }
  for (int i = 0; i < 8; i++) state[i] += s[i];
}

EXPORT int run(int n) {
  make_constants();
  word state[8] = {1, 2, 3, 4, 5, 6, 7, 8}, random = 1;
  for (int i = 0; i < 4096; i++) message[i] = (byte)next_random(&random);
  for (int round = 0; round < n; round++)
    for (int at = 0; at < 4096; at += 64) compress(state, message + at);
  return (int)(state[0] ^ state[7]);
}
