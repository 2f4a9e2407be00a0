/* Returns at once. */
#include "challenge.h"

EXPORTED("evaluate") packed evaluate(octet *request, int length) { return verdict(number(0)); }
