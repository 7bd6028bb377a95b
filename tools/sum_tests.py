#!/usr/bin/env python3
"""Sums a JUnit report of ctest: "passed failed skipped", then the name of each test that failed.

A test may be skipped for an ability that is not there, and says so: "this database lacks deferrable
constraints", "this machine lacks apt". Any other skip counts as a failure, so that nothing stays
silent where a server was to be there and was not.
"""

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


def main() -> int:
    passed = failed = skipped = 0
    names = []
    for case in ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
        status = case.get("status")
        if status == "run":
            passed += 1
        elif status in ("notrun", "disabled") and case.find("skipped") is not None:
            reason = reason_of(case)
            if LACKS.search(reason):
                skipped += 1
            else:
                failed += 1
                names.append(f"{case.get('name')} was skipped: {reason}")
        else:
            failed += 1
            names.append(case.get("name"))
    print(passed, failed, skipped)
    print("\n".join(names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
