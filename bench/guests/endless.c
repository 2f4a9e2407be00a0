/* Never returns. */
#include "challenge.h"

EXPORTED("evaluate") packed evaluate(octet *request, int length) {
  for (volatile int count = 0;; count++) continue;
}
