#!/usr/bin/env python3
"""Sums a JUnit report of ctest: "passed failed skipped", then the name of each test that failed."""

import sys
import xml.etree.ElementTree as ElementTree


def main() -> int:
    passed = failed = skipped = 0
    names = []
    for case in ElementTree.parse(sys.argv[1]).getroot().iter("testcase"):
        status = case.get("status")
        if status == "run":
            passed += 1
        elif status in ("notrun", "disabled") and case.find("skipped") is not None:
            skipped += 1
        else:
            failed += 1
            names.append(case.get("name"))
    print(passed, failed, skipped)
    print("\n".join(names))
    return 0


if __name__ == "__main__":
    sys.exit(main())
