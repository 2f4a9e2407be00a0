/* The guest contract at level head, as far as a measurement needs it. The submission is a row of 32-bit numbers. */
typedef unsigned char octet;
typedef unsigned long long packed;
#define EXPORTED(name) __attribute__((export_name(name)))

static octet input[256];
/* score: i64, valid: bool, message: string, metrics: option, details: option; nothing but the score is set. */
static octet output[8 + 1 + 8 + 1 + 1];

EXPORTED("allocate") octet *allocate(int size, int alignment) { return size <= (int)sizeof input ? input : 0; }

/* The submission comes first in the input, after its length in eight bytes. */
static int number(int index) { return ((int *)(input + 8))[index]; }

static packed verdict(int score) {
  *(long long *)output = score;
  output[8] = 1;
  return (packed)sizeof output << 32 | (packed)(unsigned long)output;
}
