#!/usr/bin/env python3
"""Rewrites the golden files: runs the golden tests with ROWAN_APPROVE=1 and shows what has changed.

The difference is yours to review: what is committed is what the tests expect from then on.

Usage: approve.py [--build FOLDER] [GTEST_FILTER]      FOLDER is build/dev where it is not given
"""

import argparse
import os
import subprocess
import sys

from tree import ROOT

PROGRAM = "rowan_golden_tests"


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--build", default=str(ROOT / "build" / "dev"))
    parser.add_argument("filter", nargs="?", default="*")
    arguments = parser.parse_args()

    build = subprocess.run(["cmake", "--build", arguments.build, "--target", PROGRAM], check=False)
    if build.returncode != 0:
        print(f"{PROGRAM} does not build in {arguments.build}; first: cmake --preset dev")
        return 1
    programs = [os.path.join(folder, PROGRAM) for folder, _, files in os.walk(arguments.build)
                if PROGRAM in files]
    subprocess.run([programs[0], f"--gtest_filter={arguments.filter}", "--gtest_brief=1"],
                   env={**os.environ, "ROWAN_APPROVE": "1"}, check=False)
    # Whether the tests hold now is asked again: approving must settle it.
    again = subprocess.run([programs[0], f"--gtest_filter={arguments.filter}", "--gtest_brief=1"],
                           env={key: value for key, value in os.environ.items()
                                if key != "ROWAN_APPROVE"}, check=False)
    subprocess.run(["git", "-C", str(ROOT), "status", "--short", "--", "tests/golden"], check=False)
    subprocess.run(["git", "-C", str(ROOT), "--no-pager", "diff", "--stat", "--", "tests/golden"],
                   check=False)
    return again.returncode


if __name__ == "__main__":
    sys.exit(main())
