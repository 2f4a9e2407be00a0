#!/bin/sh
# Rebuilds the guests; needs clang 14 and lld 14, as in Debian 12. A small stack, so that small guests have one page of memory.
set -eu
cd "$(dirname "$0")"
for source in *.c; do
  clang-14 -O2 --target=wasm32 -nostdlib -fno-builtin -Wl,--no-entry -Wl,--strip-all -Wl,-z,stack-size=16384 -o "${source%.c}.wasm" "$source"
done
