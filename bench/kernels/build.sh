#!/bin/sh
# Rebuilds the kernels; needs clang 14 and lld 14, as in Debian 12.
set -eu
cd "$(dirname "$0")"
for source in *.c; do
  clang-14 -O2 --target=wasm32 -nostdlib -fno-builtin -Wl,--no-entry -Wl,--strip-all -o "${source%.c}.wasm" "$source"
done
