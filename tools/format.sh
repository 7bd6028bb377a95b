#!/usr/bin/env bash
# Formats the C++ files of the tree in place; or only those named.
# Usage: tools/format.sh [FILE...]
set -euo pipefail
if [ $# -gt 0 ]; then
  exec clang-format -i -- "$@"
fi
cd "$(dirname "${BASH_SOURCE[0]}")/.."
git ls-files --cached --others --exclude-standard -z -- '*.hpp' '*.cpp' | while IFS= read -r -d '' file; do
  [ ! -f "$file" ] || printf '%s\0' "$file"
done | xargs -0 -r clang-format -i
