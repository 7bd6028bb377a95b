#!/usr/bin/env python3
"""Fills the quoted code of the documentation from compiled programs, or checks that it is up to date.

Usage: quote.py             rewrites the blocks that are out of date
       quote.py --check     changes nothing; complains about them, and about code that nothing compiles

In a page, a comment before a block of code says where the code comes from:

    <!-- quote: examples/guide/queries.cpp [filter] -->
    ```cpp
    ...
    ```

In the program, `// [filter]` and `// [/filter]` stand around it. Common indentation is taken away.
"""

import re
import sys
import textwrap
from pathlib import Path

from tree import ROOT, Complaints, tracked_files

MARKER = re.compile(r"^<!-- quote: (?P<path>\S+) \[(?P<name>[a-z0-9_]+)\] -->$")
REGION = re.compile(r"^\s*// \[(?P<end>/?)(?P<name>[a-z0-9_]+)\]$")
FENCE = re.compile(r"^```(?P<language>\w*)$")
# Every block of C++ in these is a quotation.
COMPILED_PAGES = ("README.md", "docs/guide/")
# Every region in these is quoted.
QUOTED_PROGRAMS = "examples/guide/"


def name_of(path: Path) -> str:
    return path.relative_to(ROOT).as_posix()


class Programs:
    """The regions of the programs, read when they are asked for."""

    def __init__(self, complaints: Complaints):
        self.complaints = complaints
        self.regions = {}

    def find(self, name: str) -> dict:
        """Returns the regions of a program by their names; empty where there is no such file."""
        if name not in self.regions:
            path = ROOT / name
            self.regions[name] = self.read(path) if path.is_file() else {}
        return self.regions[name]

    def read(self, path: Path) -> dict:
        regions = {}
        opened = {}
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            match = REGION.match(line)
            if not match:
                for lines in opened.values():
                    lines.append(line)
            elif not match["end"]:
                if match["name"] in opened or match["name"] in regions:
                    self.complaints.add(path, number, f"[{match['name']}] is there twice", "rename one of the two")
                opened[match["name"]] = []
            elif match["name"] in opened:
                regions[match["name"]] = textwrap.dedent("\n".join(opened.pop(match["name"]))).strip("\n")
            else:
                self.complaints.add(path, number, f"[/{match['name']}] ends what was not begun", "mend the name")
        for region in opened:
            self.complaints.add(path, 0, f"[{region}] has no end", f"add // [/{region}]")
        return regions


class Page:
    """One page: its lines as they are, and as they should be."""

    def __init__(self, path: Path, programs: Programs):
        self.path = path
        self.programs = programs
        self.complaints = programs.complaints
        self.text = path.read_text(encoding="utf-8")
        self.quoted = set()
        self.stale = []
        self.filled = self.fill()

    def fill(self) -> str:
        is_compiled = name_of(self.path).startswith(COMPILED_PAGES)
        lines = self.text.splitlines()
        out = []
        at = 0
        while at < len(lines):
            marker = MARKER.match(lines[at])
            fence = FENCE.match(lines[at])
            out.append(lines[at])
            at += 1
            if marker:
                at = self.fill_block(marker, lines, at, out)
            elif fence:
                if is_compiled and fence["language"] == "cpp":
                    self.complaints.add(self.path, at, "code that nothing compiles",
                                        "put it into examples/guide and quote it: head of tools/quote.py")
                while at < len(lines) and not lines[at].startswith("```"):
                    out.append(lines[at])
                    at += 1
                out.extend(lines[at:at + 1])
                at += 1
        return "\n".join(out) + "\n"

    def fill_block(self, marker, lines: list, at: int, out: list) -> int:
        """Writes the block that belongs after the marker; returns the line behind the one that is there."""
        region = (marker["path"], marker["name"])
        self.quoted.add(region)
        first = at
        present = []
        if at < len(lines) and FENCE.match(lines[at]):
            end = next((i for i in range(at + 1, len(lines)) if lines[i] == "```"), len(lines) - 1)
            present = lines[at:end + 1]
            at = end + 1
        wanted = self.programs.find(region[0]).get(region[1])
        if wanted is None:
            self.complaints.add(self.path, first, f"nothing to quote: {region[0]} has no [{region[1]}]",
                                "mend the path or the name")
            out.extend(present)
            return at
        block = ["```cpp", *wanted.splitlines(), "```"]
        if block != present:
            self.stale.append(first)
        out.extend(block)
        return at


def check_unquoted(programs: Programs, quoted: set) -> None:
    for path in tracked_files(".cpp", ".hpp"):
        name = name_of(path)
        if not name.startswith(QUOTED_PROGRAMS):
            continue
        for region in programs.find(name):
            if (name, region) not in quoted:
                programs.complaints.add(path, 0, f"[{region}] is quoted nowhere", "quote it, or take the marks away")


def main() -> int:
    if sys.argv[1:] not in ([], ["--check"]):
        print(__doc__)
        return 2
    complaints = Complaints("quote")
    programs = Programs(complaints)
    quoted = set()
    for path in tracked_files(".md"):
        page = Page(path, programs)
        quoted |= page.quoted
        if not page.stale:
            continue
        if sys.argv[1:]:
            for line in page.stale:
                complaints.add(path, line, "the quoted code has changed", "tools/quote.py, then read what changed")
        else:
            path.write_text(page.filled, encoding="utf-8")
            print(f"{name_of(path)}: {len(page.stale)} block(s) filled")
    check_unquoted(programs, quoted)
    return complaints.finish()


if __name__ == "__main__":
    sys.exit(main())
