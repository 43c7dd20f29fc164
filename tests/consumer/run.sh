#!/usr/bin/env bash
# SPDX-License-Identifier: Apache-2.0
# Installs into an empty prefix and builds the trader of this folder against it
# with both compilers, through CMake and through pkg-config, and once more with
# outrider as a subdirectory. The compilers are given /usr/include without
# Boost, spdlog, fmt and prometheus-cpp: what is not there cannot be needed.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
source_tree=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
hidden=(boost spdlog fmt prometheus)

say() { echo "consumer: $*"; }

# /usr/include as links, but for what is hidden.
mkdir "$work/include"
for entry in /usr/include/*; do
  [[ " ${hidden[*]} " == *" $(basename "$entry") "* ]] || ln -s "$entry" "$work/include/"
done

# bare_flags COMPILER: its own search path with the tree above in place of /usr/include.
bare_flags() {
  local directory
  echo -nostdinc -nostdinc++
  "$1" -std=c++20 -xc++ -E -v /dev/null 2>&1 | sed -n '/^#include </,/^End/s/^ //p' | while read -r directory; do
    echo -isystem "${directory/#\/usr\/include/$work/include}"
  done
}

# The tree hides what it should: else the rest proves nothing.
for compiler in g++ clang++; do
  mapfile -t flags < <(bare_flags "$compiler" | tr ' ' '\n')
  for header in boost/version.hpp spdlog/spdlog.h prometheus/counter.h; do
    "$compiler" -xc++ -E -include "$header" /dev/null >/dev/null
    if "$compiler" "${flags[@]}" -xc++ -E -include "$header" /dev/null >/dev/null 2>&1; then
      say "$header is visible to $compiler although it should be hidden"
      exit 1
    fi
  done
done

say "install"
cmake -S "$source_tree" -B "$work/build" -G Ninja -DCMAKE_BUILD_TYPE=Release -DOUTRIDER_SIDECAR=OFF \
  -DOUTRIDER_TESTS=OFF -DOUTRIDER_BENCH=OFF >/dev/null
cmake --build "$work/build" >/dev/null
cmake --install "$work/build" --prefix "$work/first" >/dev/null
mv "$work/first" "$work/prefix"  # an install may be moved
rm -r "$work/build"

for compiler in g++ clang++; do
  mapfile -t flags < <(bare_flags "$compiler" | tr ' ' '\n')
  # The last one: clang++ also gets the search path when it only links.
  strict=(-Wall -Wextra -Wpedantic -Wshadow -Wconversion -Werror -Wno-unused-command-line-argument)

  say "$compiler, find_package"
  cmake -S "$here" -B "$work/$compiler" -G Ninja -DCMAKE_CXX_COMPILER="$compiler" \
    -DCMAKE_PREFIX_PATH="$work/prefix" -DCMAKE_CXX_FLAGS="${flags[*]} ${strict[*]}" >/dev/null
  cmake --build "$work/$compiler" >/dev/null
  OUTRIDER_DIR=$work/none "$work/$compiler/trader"

  say "$compiler, pkg-config"
  export PKG_CONFIG_PATH="$work/prefix/lib/pkgconfig:$work/prefix/lib/$(gcc -print-multiarch)/pkgconfig"
  # shellcheck disable=SC2046  # the flags are words
  "$compiler" "${flags[@]}" "${strict[@]}" -std=c++20 -O2 "$here/main.cpp" \
    $(pkg-config --cflags --libs outrider) -o "$work/by-pkg-config"
  OUTRIDER_DIR=$work/none "$work/by-pkg-config"
done

say "add_subdirectory"
cmake -S "$here" -B "$work/sub" -G Ninja -DOUTRIDER_SOURCE="$source_tree" >/dev/null
cmake --build "$work/sub" >/dev/null
OUTRIDER_DIR=$work/none "$work/sub/trader"
built=$(cd "$work/sub" && find . -name '*.a' -o -name trader -type f -perm -u+x | sort | tr '\n' ' ')
expected="./outrider/producer/liboutrider_producer.a ./outrider/shm/liboutrider_shm.a ./trader "
if [ "$built" != "$expected" ]; then
  say "add_subdirectory built $built, a trader needs $expected"
  exit 1
fi
if grep -qE '^(spdlog|yaml-cpp|prometheus-cpp|GTest|benchmark)_DIR' "$work/sub/CMakeCache.txt"; then
  say "add_subdirectory looked for packages that a trader does not need"
  exit 1
fi
say "all passed"
