#!/usr/bin/env python3
"""Counts instructions a row under callgrind, on both sides, and holds them against the gates.

Usage: count_instructions.py PATH_OF_ROWAN_BENCH [--n ROWS] [--side c]

Instructions are free of the machine's noise, so these gates may fail a build. Exits 1 where one does.
"""

import argparse
import re
import subprocess
import sys
import tempfile
from pathlib import Path

ROUNDS = 3
# Instructions a row, as a ratio to the hand-written side.
RATIO_GATES = {"W3": 1.3, "W1": 1.4, "W5": 1.5}
# Instructions that the flush of one change spends on each clean managed entity.
CLEAN_ENTITY_GATE = 150
FLUSHES_OF_W7 = 20


def instructions(program: str, workload: str, side: str, rows: int) -> float:
    """Returns the instructions of one run."""
    with tempfile.TemporaryDirectory() as folder:
        out = Path(folder) / "callgrind.out"
        command = ["valgrind", "--tool=callgrind", "--collect-atstart=no",
                   f"--callgrind-out-file={out}", program, "--profile", workload, "--side", side,
                   "--n", str(rows), "--rounds", str(ROUNDS)]
        if side == "c":
            command.append("--baseline-only")
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode != 0:
            sys.exit(f"{workload} {side}: {done.stderr.strip()}")
        total = re.search(r"^(?:summary|totals): (\d+)", out.read_text(), re.MULTILINE)
    if total is None or int(total.group(1)) == 0:
        sys.exit(f"{workload} {side}: callgrind counted nothing; were its headers there at the build?")
    return int(total.group(1)) / ROUNDS


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program")
    parser.add_argument("--n", type=int, default=1000)
    parser.add_argument("--side", choices=["c"], help="count the hand-written side only")
    options = parser.parse_args()
    good = True
    for workload, gate in RATIO_GATES.items():
        c = instructions(options.program, workload, "c", options.n) / options.n
        if options.side == "c":
            print(f"{workload}: c {c:.0f} instructions a row")
            continue
        rowan = instructions(options.program, workload, "rowan", options.n) / options.n
        good = good and rowan <= gate * c
        print(f"{workload}: c {c:.0f}, rowan {rowan:.0f} instructions a row, "
              f"{rowan / c:.2f}x (at most {gate}x)")
    if options.side != "c":
        c = instructions(options.program, "W7", "c", options.n)
        rowan = instructions(options.program, "W7", "rowan", options.n)
        clean = (rowan - c) / FLUSHES_OF_W7 / options.n
        good = good and clean <= CLEAN_ENTITY_GATE
        print(f"W7: {clean:.0f} instructions a clean entity (at most {CLEAN_ENTITY_GATE})")
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
