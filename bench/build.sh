#!/bin/sh
# Rebuilds the kernels and the guests; needs clang 14 and lld 14, as in Debian 12.
#   build.sh            writes them beside their sources
#   build.sh --check    builds them elsewhere, and fails unless the committed bytes are the same
set -eu
cd "$(dirname "$0")"

build() {
  for source in "$1"/*.c; do
    module="$(basename "$source" .c).wasm"
    clang-14 -O2 --target=wasm32 -nostdlib -fno-builtin -Wl,--no-entry -Wl,--strip-all $2 -o "${elsewhere:-$1}/$module" "$source"
    [ -z "$elsewhere" ] || cmp "$elsewhere/$module" "$1/$module"
  done
}

elsewhere=
if [ "${1-}" = --check ]; then
  elsewhere=$(mktemp -d)
  trap 'rm -r "$elsewhere"' EXIT
fi
build kernels ""
# Their stack is small, so that small guests have one page.
build guests -Wl,-z,stack-size=16384
