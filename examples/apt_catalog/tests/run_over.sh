#!/usr/bin/env bash
# Runs the program over a database of its own as a user does: the tables are made, then nothing changes, then one row.
# Usage: run_over.sh PROGRAM URL
set -euo pipefail
program=$1 url=$2
sample=$(dirname "${BASH_SOURCE[0]}")/sample_status
changed=$(mktemp)
trap 'rm -f "$changed"' EXIT

# expect WORDS STATUS-FILE: the program says the words.
expect() {
  local said
  said=$("$program" --no-lists --status "$2" --package bash "$url" 2>/dev/null)
  if ! grep -qF "$1" <<<"$said"; then
    printf 'expected "%s" of:\n%s\n' "$1" "$said" >&2
    exit 1
  fi
  printf '%s\n' "$said"
}

said=$(expect "6 packages new" "$sample")
grep -qF "6 packages, 6 installed, 0 of them not in the newest version known." <<<"$said"
grep -qF "bash needs 2 packages, and with what those need 3" <<<"$said"
expect "Nothing has changed: no statement that writes" "$sample" >/dev/null
sed 's/^Version: 5.2.15-2$/Version: 5.2.15-3/' "$sample" >"$changed"
expect "0 rows inserted, 1 updated, 0 deleted, by 1 statement" "$changed" >/dev/null
