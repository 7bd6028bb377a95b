#!/usr/bin/env bash
# Runs the checks that need no build, and says for each that fails which rule it was and how to mend it.
# Usage: tools/lint.sh [--list | --tidy | RULE...]
#   --list   the names of the rules
#   --tidy   clang-tidy too, over the compile commands of build/dev (slow)
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

rules=(format shell layers headers captions names sizes ascii columns fragments links paths todo)

cpp_files() {
  git ls-files --cached --others --exclude-standard -z -- '*.hpp' '*.cpp' | while IFS= read -r -d '' f; do
    [ ! -f "$f" ] || printf '%s\0' "$f"
  done
}

# Every tracked file that bash runs; what is sourced is read along with it.
shell_files() {
  git ls-files --cached --others --exclude-standard -z | while IFS= read -r -d '' f; do
    if [ -f "$f" ] && head -n 1 "$f" | grep -q '^#!.*bash$'; then printf '%s\0' "$f"; fi
  done
}

run_rule() {
  case "$1" in
    format)
      command -v clang-format >/dev/null || {
        echo "clang-format is missing: apt-get install clang-format" >&2
        return 1
      }
      cpp_files | xargs -0 -r clang-format --dry-run --Werror 2>&1 | grep 'error:' | sed 's/error:.*/is not formatted/' |
        cut -d: -f1,2 | sort -u >"$scratch" || true
      [ ! -s "$scratch" ] || {
        cat "$scratch"
        echo "    remedy: tools/format.sh"
        return 1
      }
      ;;
    shell)
      command -v shellcheck >/dev/null || {
        echo "shellcheck is missing: apt-get install shellcheck" >&2
        return 1
      }
      shell_files | xargs -0 -r shellcheck --severity=warning --external-sources --source-path=SCRIPTDIR
      ;;
    layers) python3 tools/check_layers.py ;;
    headers) python3 tools/check_headers.py ;;
    tidy)
      [ -f build/dev/compile_commands.json ] || {
        echo "no compile commands: cmake --preset dev" >&2
        return 1
      }
      git ls-files -z -- 'src/*.cpp' | xargs -0 -r -n 4 -P "$(nproc)" clang-tidy --quiet -p build/dev
      ;;
    *) python3 tools/check_style.py "$1" ;;
  esac
}

scratch=$(mktemp)
trap 'rm -f "$scratch"' EXIT
chosen=("${rules[@]}")
case "${1:-}" in
  --list) printf '%s\n' "${rules[@]}"; exit 0 ;;
  --tidy) chosen+=(tidy) ;;
  -h | --help) sed -n '2,5s/^# //p' "${BASH_SOURCE[0]}"; exit 0 ;;
  "") ;;
  *) chosen=("$@") ;;
esac

failures=()
for rule in "${chosen[@]}"; do
  run_rule "$rule" || failures+=("$rule")
done
if [ ${#failures[@]} -gt 0 ]; then
  echo "lint: failed: ${failures[*]} (again, alone: tools/lint.sh ${failures[0]})"
  exit 1
fi
echo "lint: ${#chosen[@]} rule(s) hold"
