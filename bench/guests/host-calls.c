/*
 * Asks its host for as many answers as the submission says, and does nothing else. The import and the exports without
 * arguments are such as Extism takes them, so that it can run the same module.
 */
#include "challenge.h"

__attribute__((import_module("extism:host/user"), import_name("answer"))) long long answer(void);

static int ask(int calls) {
  long long sum = 0;
  for (int call = 0; call < calls; call++) sum += answer();
  return (int)sum;
}

EXPORTED("evaluate") packed evaluate(octet *request, int length) { return verdict(ask(number(0))); }
EXPORTED("noop") int noop(void) { return 0; }
EXPORTED("ask_ten_times") int ask_ten_times(void) { return ask(10) == 10 ? 0 : 1; }
