/* The kernel of this name as a challenge: its size is the submission. */
#include "../kernels/crc.c"
#include "challenge.h"

EXPORTED("evaluate") packed evaluate(octet *request, int length) { return verdict(run(number(0))); }
