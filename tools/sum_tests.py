#!/usr/bin/env python3
"""Sums a JUnit report of ctest: "passed failed skipped", then the name of each test that failed.

A test may be skipped for an ability that is not there, and says so: "this database lacks deferrable
constraints", "this machine lacks apt". Any other skip counts as a failure, so that nothing stays
silent where a server was to be there and was not.

A program that is one test of ctest and many of its own wrote them to gtest/<name>.xml beside the
report: then those count.
"""

import pathlib
import re
import sys
import xml.etree.ElementTree as ElementTree

LACKS = re.compile(r"\bthis (database|machine|build) lacks \S")


def reason_of(case) -> str:
    """Returns what a GoogleTest program printed of its skip, or what ctest knows."""
    output = case.findtext("system-out") or ""
    said = re.search(r": Skipped\n(.*)", output)
    if said:
        return said[1].strip()
    return (case.find("skipped").get("message") or "no reason").strip()


class Sums:
    def __init__(self):
        self.passed = self.failed = self.skipped = 0
        self.names = []

    def fail(self, name: str) -> None:
        self.failed += 1
        self.names.append(name)

    def skip(self, name: str, reason: str) -> None:
        if LACKS.search(reason):
            self.skipped += 1
        else:
            self.fail(f"{name} was skipped: {reason}")

    def add_program(self, program: str, report: pathlib.Path) -> None:
        """Adds the tests of a GoogleTest report."""
        for case in ElementTree.parse(report).getroot().iter("testcase"):
            name = f"{program}: {case.get('classname')}.{case.get('name')}"
            if case.find("failure") is not None:
                self.fail(name)
            elif case.get("result") == "skipped":
                self.skip(name, case.find("skipped").get("message") or "no reason")
            else:
                self.passed += 1


def main() -> int:
    report = pathlib.Path(sys.argv[1])
    sums = Sums()
    for case in ElementTree.parse(report).getroot().iter("testcase"):
        name, status = case.get("name"), case.get("status")
        program = report.parent / "gtest" / f"{name}.xml"
        if status == "run" and program.exists():
            sums.add_program(name, program)
        elif status == "run":
            sums.passed += 1
        elif status in ("notrun", "disabled") and case.find("skipped") is not None:
            sums.skip(name, reason_of(case))
        else:
            # A program that ended before its report was written counts as one failure.
            before = sums.failed
            if program.exists():
                sums.add_program(name, program)
            if sums.failed == before:
                sums.fail(name)
    print(sums.passed, sums.failed, sums.skipped)
    print("\n".join(sums.names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
