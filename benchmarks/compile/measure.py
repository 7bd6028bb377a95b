#!/usr/bin/env python3
"""Measures what the compiler takes for Rowan's headers, in processor seconds and peak MiB.

The ratios are of one interleaved run, so that they hold where the seconds do not; the fastest round
of each counts. With --gate the exit code is 1 where a ratio or a peak is above its gate.

The unit of 20 entities is measured by the same text over an empty front end, which declares the
words that the text uses and has nothing behind them: see empty_front_end/rowan/rowan.hpp.

Usage: measure.py [--rounds N] [--gate] [--compiler PROGRAM]
"""

import argparse
import os
import re
import subprocess
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
SOURCE = ROOT / "src"
EMPTY_FRONT_END = HERE / "empty_front_end"


@dataclass
class Unit:
    """One translation unit, and what compiling it took."""

    name: str
    path: Path
    options: list
    front_end: Path = SOURCE
    seconds: list = field(default_factory=list)
    peak_mib: float = 0

    @property
    def best(self) -> float:
        return min(self.seconds)

    def compile(self, compiler: str) -> None:
        command = [compiler, "-std=c++20", *self.options, "-I", str(self.front_end), "-I",
                   str(ROOT), "-c", "-o", os.devnull, str(self.path)]
        child = subprocess.Popen(command)
        # wait4 counts the compiler proper too, which the driver program starts.
        _, status, usage = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
        if child.returncode != 0:
            sys.exit(f"{self.name} does not compile: {' '.join(command)}")
        self.seconds.append(usage.ru_utime + usage.ru_stime)
        self.peak_mib = max(self.peak_mib, usage.ru_maxrss / 1024)


def standard_headers(compiler: str, header: Path) -> list:
    """Returns the standard headers that Rowan's own headers include below `header`."""
    run = subprocess.run([compiler, "-std=c++20", "-fsyntax-only", "-H", "-I", str(SOURCE), "-x",
                          "c++", str(header)], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        sys.exit(run.stderr)
    parents = [True]  # whether the header at each depth is Rowan's own
    names = set()
    for line in run.stderr.splitlines():
        match = re.match(r"^(\.+)[!x]? (.*)$", line)
        if not match:
            continue
        depth = len(match[1])
        own = Path(match[2]).resolve().is_relative_to(SOURCE)
        del parents[depth:]
        if parents[depth - 1] and not own:
            names.add(Path(match[2]).name)
        parents.append(own)
    return sorted(names)


def generate(count: int, *options: str) -> str:
    return subprocess.run([sys.executable, str(HERE / "make_entities.py"), str(count), *options],
                          capture_output=True, text=True, check=True).stdout


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--gate", action="store_true")
    parser.add_argument("--compiler", default="g++")
    arguments = parser.parse_args()
    compiler = arguments.compiler

    with tempfile.TemporaryDirectory() as folder:
        def unit(name: str, text: str, *options: str) -> Unit:
            path = Path(folder) / (re.sub(r"\W+", "_", name) + ".cpp")
            path.write_text(text, encoding="utf-8")
            return Unit(name, path, list(options))

        headers = standard_headers(compiler, SOURCE / "rowan" / "rowan.hpp")
        standard = unit("its standard headers alone",
                        "".join(f"#include <{name}>\n" for name in headers), "-O0")
        umbrella = unit("<rowan/rowan.hpp>", "#include <rowan/rowan.hpp>\n", "-O0")
        three = Unit("3 entities, all kinds of calls, -O2", HERE / "three_entities.cpp", ["-O2"])
        structs = unit("20 entities, structs only, -O0", generate(20, "--empty"), "-O0")
        twenty = unit("20 entities with queries, -O0", generate(20), "-O0")
        # With the standard headers of the real one, so that these cancel out.
        empty = Unit("the same over an empty front end, -O0", twenty.path,
                     ["-O0", "-include", str(standard.path)], EMPTY_FRONT_END)
        units = [standard, umbrella, three, structs, empty, twenty]
        for number in range(arguments.rounds):
            for one in units:
                one.compile(compiler)
            print(f"round {number + 1} of {arguments.rounds}", end="\r", file=sys.stderr)
        print(file=sys.stderr)

    version = subprocess.run([compiler, "--version"], capture_output=True, text=True,
                             check=True).stdout.splitlines()[0]
    print(f"{version}; fastest of {arguments.rounds} rounds, processor time\n")
    print(f"{'translation unit':<40} {'seconds':>8} {'peak MiB':>9}")
    for one in units:
        print(f"{one.name:<40} {one.best:>8.2f} {one.peak_mib:>9.0f}")

    gates = [
        ("umbrella header / its standard headers", umbrella.best / standard.best, 1.35, "x"),
        ("20 entities / over an empty front end", twenty.best / empty.best, 2.0, "x"),
        ("3 entities, peak", three.peak_mib, 400, " MiB"),
        ("20 entities, peak", twenty.peak_mib, 600, " MiB"),
    ]
    print(f"\n{'gate':<40} {'reached':>10} {'at most':>10}")
    missed = 0
    for name, reached, most, suffix in gates:
        verdict = "" if reached <= most else "  MISSED"
        missed += reached > most
        digits = 2 if suffix == "x" else 0
        print(f"{name:<40} {f'{reached:.{digits}f}{suffix}':>10} {f'{most:.{digits}f}{suffix}':>10}"
              f"{verdict}")
    return 1 if missed and arguments.gate else 0


if __name__ == "__main__":
    sys.exit(main())
