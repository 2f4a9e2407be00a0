#!/bin/sh
# Rebuilds the guests; needs clang 14 and lld 14, as in Debian 12. Their stack is small, so that small guests have one page.
#   build.sh            writes them beside their sources
#   build.sh --check    builds them elsewhere, and fails unless the committed bytes are the same
set -eu
cd "$(dirname "$0")"
target=.
if [ "${1-}" = --check ]; then
  target=$(mktemp -d)
  trap 'rm -r "$target"' EXIT
fi
for source in *.c; do
  module="${source%.c}.wasm"
  clang-14 -O2 --target=wasm32 -nostdlib -fno-builtin -Wl,--no-entry -Wl,--strip-all -Wl,-z,stack-size=16384 -o "$target/$module" "$source"
  [ "$target" = . ] || cmp "$target/$module" "$module"
done
