#!/usr/bin/env python3
"""Checks what a glance can find: captions, sizes, file names, ASCII, fragments, links, paths, what is due.

Usage: check_style.py RULE     with RULE one of: captions names sizes ascii columns fragments links paths todo
"""

import re
import sys

from tree import ROOT, SOURCE, Complaints, tracked_files

CODE = (".hpp", ".cpp", ".cmake", ".py", ".sh", "CMakeLists.txt", ".json", ".yml")
CPP = (".hpp", ".cpp")
BAD_WORDS = re.compile(r"(^|_)(utils?|helpers?|common|misc|impl)($|_)")
# Names that the pattern itself, or MikroORM, gave.
PATTERN_NAMES = ("entity_manager", "schema_manager")
MAX_LINES = 1000
MAX_COLUMNS = 120
# Put together here, so that this file does not name them itself.
MACHINE_PATH = re.compile(r"(?<![\w.$}/~-])/(?:" + "|".join(["work", "root", "farm", "tmp", "home"]) +
                          r")/\w")
NOW = re.compile(r"TODO\(" + r"now\)")


def captions(complaints: Complaints) -> None:
    """Each C++ file opens with one plain sentence."""
    for path in tracked_files(*CPP):
        block = []
        for line in path.read_text(encoding="utf-8").splitlines():
            if not line.startswith("//"):
                break
            block.append(line[2:].strip())
        text = " ".join(block).strip()
        remedy = "open with `// What the file is for.`: one sentence, no semicolon, no licence"
        if not text:
            complaints.add(path, 1, "the file has no caption", remedy)
        elif path.is_relative_to(SOURCE) and (";" in text or not text.endswith(".")):
            complaints.add(path, 1, "the caption is no plain sentence", remedy)


def names(complaints: Complaints) -> None:
    """File stems are snake case, unique in the library, and say something."""
    seen = {}
    for path in tracked_files(*CPP):
        if not path.is_relative_to(SOURCE):
            continue
        stem = path.stem
        if not re.fullmatch(r"[a-z][a-z0-9_]*", stem):
            complaints.add(path, 0, f"{stem} is not snake case", "name the file after its main type")
        if BAD_WORDS.search(stem) or (
                stem.endswith("manager") and stem not in PATTERN_NAMES):
            complaints.add(path, 0, f"{stem} says nothing", "name the file after its main type")
        if stem in ("fwd",) or stem == path.parent.name:
            continue
        other = seen.setdefault(stem, path)
        if other.parent != path.parent:
            complaints.add(path, 0, f"the stem {stem} is taken by {other.relative_to(ROOT)}",
                           "stems are unique in the tree: say which one it is")


def sizes(complaints: Complaints) -> None:
    """A header with its source stays below 1,000 lines."""
    totals = {}
    for path in tracked_files(*CPP):
        if path.is_relative_to(SOURCE):
            lines = path.read_text(encoding="utf-8").count("\n")
            totals[path.with_suffix("")] = totals.get(path.with_suffix(""), 0) + lines
    for stem, lines in sorted(totals.items()):
        if lines >= MAX_LINES:
            complaints.add(stem, 0, f"{lines} lines in header and source",
                           "ask what the class does twice, and split it there")


def ascii_only(complaints: Complaints) -> None:
    """Code is ASCII; text beyond it is written with escapes."""
    for path in tracked_files(*CODE):
        for number, line in enumerate(path.read_bytes().split(b"\n"), 1):
            if any(byte > 126 or (byte < 32 and byte != 9) for byte in line):
                complaints.add(path, number, "not plain ASCII", r"use ASCII, or an escape such as \u00e9")
            elif b"\t" in line and path.suffix in CPP:
                complaints.add(path, number, "a tab", "indent with two spaces")


def columns(complaints: Complaints) -> None:
    """C++ lines end at column 120 at the latest, comments too, but for the sentence a compile-fail test expects."""
    for path in tracked_files(*CPP):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if len(line) > MAX_COLUMNS and "clang-format" not in line and not line.startswith("// expect:"):
                complaints.add(path, number, f"{len(line)} columns, {MAX_COLUMNS} allowed", "break it")


def fragments(complaints: Complaints) -> None:
    """changes/ holds <issue>.<added|fixed|changed>.md, a full sentence each."""
    for path in tracked_files():
        if path.parent != ROOT / "changes" or path.name == "README.md":
            continue
        if not re.fullmatch(r"[a-z0-9-]+\.(added|fixed|changed)\.md", path.name):
            complaints.add(path, 0, "no name of a fragment", "changes/<issue>.<added|fixed|changed>.md")
        elif not path.read_text(encoding="utf-8").strip().endswith("."):
            complaints.add(path, 0, "a fragment is one or more sentences", "end it with a full stop")


def slug(heading: str) -> str:
    heading = re.sub(r"[`*]|\[([^\]]*)\]\([^)]*\)", lambda match: match[1] or "", heading)
    return re.sub(r"[^\w\- ]", "", heading.strip().lower()).replace(" ", "-")


def anchors(path) -> set:
    text = re.sub(r"```.*?```", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    return {slug(match) for match in re.findall(r"^#+\s+(.*)$", text, re.MULTILINE)}


def links(complaints: Complaints) -> None:
    """Relative links in Markdown lead to a file, and to a heading of it."""
    for path in tracked_files(".md"):
        text = path.read_text(encoding="utf-8")
        # Code is blanked and keeps its lines, so that positions stay right.
        text = re.sub(r"```.*?```|`[^`\n]*`", lambda match: re.sub(r"[^\n]", " ", match[0]), text,
                      flags=re.DOTALL)
        for match in re.finditer(r"\]\(([^)\s]+)\)", text):
            target, _, anchor = match[1].partition("#")
            line = text.count("\n", 0, match.start()) + 1
            if re.match(r"[a-z]+:", target):
                continue
            file = (path.parent / target).resolve() if target else path
            if not file.exists():
                complaints.add(path, line, f"dead link: {match[1]}", "mend or remove it")
            elif anchor and file.suffix == ".md" and anchor not in anchors(file):
                complaints.add(path, line, f"no heading for: {match[1]}", "mend the part after #")


def paths(complaints: Complaints) -> None:
    """No tracked file names a path of one machine."""
    for path in tracked_files():
        try:
            text = path.read_text(encoding="utf-8")
        except UnicodeDecodeError:
            continue
        for number, line in enumerate(text.splitlines(), 1):
            if MACHINE_PATH.search(line):
                complaints.add(path, number, f"a path of one machine: {line.strip()[:80]}",
                               "take it from the tree's root, mktemp or temp_directory_path()")


def todo(complaints: Complaints) -> None:
    """What must be done now is done now."""
    for path in tracked_files(*CODE):
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
            if NOW.search(line):
                complaints.add(path, number, "something is still to be done now", "do it")


RULES = {"captions": captions, "names": names, "sizes": sizes, "ascii": ascii_only, "columns": columns,
         "fragments": fragments, "links": links, "paths": paths, "todo": todo}


def main() -> int:
    if len(sys.argv) != 2 or sys.argv[1] not in RULES:
        print(__doc__)
        return 2
    complaints = Complaints(sys.argv[1])
    RULES[sys.argv[1]](complaints)
    return complaints.finish()


if __name__ == "__main__":
    sys.exit(main())
