/* A stack machine: a loop around one large switch. It counts down from n * 1000 and adds up what it passes. */
#include "kernel.h"
enum { PUSH, ADD, SUBTRACT, XOR, SHIFT, COPY, SWAP, LOAD, STORE, JUMP_IF, STOP };

static const byte program[] = {LOAD, 1, LOAD, 0, ADD,     PUSH, 5, SHIFT, LOAD, 0, XOR, STORE, 1, LOAD, 0, PUSH,
                               1,    SUBTRACT, COPY, STORE, 0, JUMP_IF, 0, STOP};

static NOINLINE int interpret(const byte *code, int count) {
  int stack[16], variables[2] = {count, 0}, top = -1, at = 0;
  for (;;) {
    switch (code[at++]) {
      case PUSH: stack[++top] = code[at++]; break;
      case ADD: top--; stack[top] += stack[top + 1]; break;
      case SUBTRACT: top--; stack[top] -= stack[top + 1]; break;
      case XOR: top--; stack[top] ^= stack[top + 1]; break;
      case SHIFT: top--; stack[top] = (int)((word)stack[top] << stack[top + 1] | (word)stack[top] >> 27); break;
      case COPY: top++; stack[top] = stack[top - 1]; break;
      case SWAP: { int swap = stack[top]; stack[top] = stack[top - 1]; stack[top - 1] = swap; break; }
      case LOAD: stack[++top] = variables[code[at++]]; break;
      case STORE: variables[code[at++]] = stack[top--]; break;
      case JUMP_IF: if (stack[top--]) at = code[at]; else at++; break;
      case STOP: return variables[1];
      default: return -1;
    }
  }
}

EXPORT int run(int n) { return interpret(program, n * 1000); }
