# Functions that scripts/demo, scripts/test and scripts/bench share; to be sourced, not run.

root=$(cd "$(dirname "${BASH_SOURCE[0]}")/.." && pwd)
jobs=$(nproc 2>/dev/null || echo 2)

# One compiler cache for every build folder: paths are taken relative to the tree, the compiler by what it is.
export CCACHE_BASEDIR=${CCACHE_BASEDIR:-$root}
export CCACHE_NOHASHDIR=${CCACHE_NOHASHDIR:-true}
export CCACHE_COMPILERCHECK=${CCACHE_COMPILERCHECK:-content}

say() { printf '\n== %s\n' "$*"; }
note() { printf '   %s\n' "$*"; }
die() {
  printf 'error: %s\n' "$1" >&2
  shift
  local line
  for line in "$@"; do printf '       %s\n' "$line" >&2; done
  exit 1
}

# What a build needs, what the drivers of servers need besides, what a test needs on top (the servers come by
# tools/databases.sh), and what the checks of tools/lint.sh need.
packages_build=(g++ cmake ninja-build ccache python3 libfmt-dev libspdlog-dev nlohmann-json3-dev
                libsqlite3-dev libcli11-dev libcpp-httplib-dev pkg-config)
packages_drivers=(libpq-dev libmariadb-dev)
packages_test=(libgtest-dev libgmock-dev git sqlite3 openssl
               libboost-dev libboost-coroutine-dev libboost-context-dev)
packages_lint=(clang-format shellcheck)

# install_packages NAME...: installs by apt those that are missing, and says so.
install_packages() {
  if ! command -v dpkg-query >/dev/null 2>&1; then
    note "Not a Debian system: the packages are taken to be there (docs/dependencies.md lists them)."
    return 0
  fi
  local package missing=()
  for package in "$@"; do
    dpkg-query -W -f '${db:Status-Status}' "$package" 2>/dev/null | grep -qx installed ||
      missing+=("$package")
  done
  if [ ${#missing[@]} -eq 0 ]; then
    return 0
  fi
  say "Installing ${missing[*]}"
  local as_root=()
  if [ "$(id -u)" -ne 0 ]; then
    if ! command -v sudo >/dev/null 2>&1 || ! sudo -n true 2>/dev/null; then
      die "packages are missing: ${missing[*]}" \
        "Run as root, or install them by hand:" \
        "  sudo apt-get install --no-install-recommends ${missing[*]}"
    fi
    as_root=(sudo -n)
  fi
  # "${a[@]+...}": an empty array under set -u.
  local apt=("${as_root[@]+"${as_root[@]}"}" env DEBIAN_FRONTEND=noninteractive
    apt-get -q -y -o DPkg::Lock::Timeout=120 -o Dpkg::Options::=--force-confold)
  "${apt[@]}" install --no-install-recommends "${missing[@]}" >/dev/null 2>&1 && return 0
  "${apt[@]}" update >/dev/null || die "apt-get update failed; is the network up?"
  "${apt[@]}" install --no-install-recommends "${missing[@]}" >/dev/null ||
    die "apt could not install ${missing[*]}" "Run the command by hand to see why:" \
      "  apt-get install ${missing[*]}"
}

# build_preset PRESET [TARGET...]: configures and builds; all targets where none is named.
build_preset() {
  local preset=$1
  shift
  cmake -S "$root" --preset "$preset" >"$root/build/$preset.configure.log" 2>&1 || {
    cat "$root/build/$preset.configure.log" >&2
    return 1
  }
  grep -A4 'CMake Warning' "$root/build/$preset.configure.log" >&2 || true
  # -k 0: one run shows everything that does not compile.
  cmake --build "$root/build/$preset" --parallel "$jobs" ${1:+--target "$@"} -- -k 0
}

mkdir -p "$root/build"
cd "$root"
