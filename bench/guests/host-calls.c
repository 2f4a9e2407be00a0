/*
 * Asks its host for as many answers as the submission says, and does nothing else. The import and the exports without
 * arguments are such as Extism takes them, so that it can run the same module.
 */
#include "challenge.h"
#define CALLS_AT_A_TIME 100

__attribute__((import_module("extism:host/user"), import_name("answer"))) long long answer(void);

static int ask(int calls) {
  long long sum = 0;
  for (int call = 0; call < calls; call++) sum += answer();
  return (int)sum;
}

EXPORTED("evaluate") packed evaluate(octet *request, int length) { return verdict(ask(number(0))); }
EXPORTED("noop") int noop(void) { return 0; }
EXPORTED("ask_often") int ask_often(void) { return ask(CALLS_AT_A_TIME) == CALLS_AT_A_TIME ? 0 : 1; }
