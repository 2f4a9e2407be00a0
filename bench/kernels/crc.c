/* A chain of dependent loads: nothing can be done ahead. */
#include "kernel.h"

static word table[256];
static byte data[16384];

EXPORT int run(int n) {
  word random = 5, crc = ~0u;
  for (word i = 0; i < 256; i++) {
    word value = i;
    for (int bit = 0; bit < 8; bit++) value = value & 1 ? 0xedb88320u ^ value >> 1 : value >> 1;
    table[i] = value;
  }
  for (int i = 0; i < 16384; i++) data[i] = (byte)next_random(&random);
  for (int round = 0; round < n; round++)
    for (int i = 0; i < 16384; i++) crc = table[(crc ^ data[i]) & 0xff] ^ crc >> 8;
  return (int)~crc;
}
