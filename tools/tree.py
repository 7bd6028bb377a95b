"""Reads the tree of Rowan for the checks: modules, their declared edges, files and includes."""

import os
import re
import subprocess
from dataclasses import dataclass, field
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SOURCE = ROOT / "src" / "rowan"
KEYWORDS = ("NAME", "DEPENDS", "PUBLIC_HEADERS", "HEADERS", "SOURCES", "LINK", "LINK_PUBLIC")


@dataclass
class Module:
    """One rowan_module(): what its CMakeLists.txt says."""

    name: str
    folder: Path
    depends: list = field(default_factory=list)
    public_headers: list = field(default_factory=list)
    headers: list = field(default_factory=list)
    sources: list = field(default_factory=list)

    @property
    def files(self) -> list:
        """Every header and source in the folder, listed or not, without those of nested modules."""
        return sorted(path for path in self.folder.rglob("*")
                      if path.suffix in (".hpp", ".cpp") and owner_folder(path) == self.folder)

    def is_public(self, path: Path) -> bool:
        return path in {self.folder / name for name in self.public_headers}


@dataclass
class Include:
    """One #include line."""

    path: Path
    line: int
    target: str
    quoted: bool


class Complaints:
    """Collects what is wrong; each complaint names the place, the rule and the remedy."""

    def __init__(self, check: str):
        self.check = check
        self.count = 0

    def add(self, path, line, rule: str, remedy: str) -> None:
        self.count += 1
        place = os.path.relpath(path, ROOT) + (f":{line}" if line else "")
        print(f"{place}: {rule}\n    remedy: {remedy}")

    def finish(self) -> int:
        if self.count:
            print(f"{self.check}: {self.count} complaint(s)")
        return 1 if self.count else 0


def owner_folder(path: Path) -> Path:
    """Returns the nearest folder above `path` that has a CMakeLists.txt."""
    folder = path.parent
    while folder != SOURCE and not (folder / "CMakeLists.txt").is_file():
        folder = folder.parent
    return folder


def read_modules() -> dict:
    """Returns the modules by name, from every rowan_module() below src/rowan."""
    modules = {}
    for cmake in sorted(SOURCE.rglob("CMakeLists.txt")):
        text = re.sub(r"#.*", "", cmake.read_text(encoding="utf-8"))
        for call in re.findall(r"\browan_module\s*\(([^)]*)\)", text):
            lists = {keyword: [] for keyword in KEYWORDS}
            current = None
            for word in call.split():
                if word in KEYWORDS:
                    current = word
                elif current:
                    lists[current].append(word.strip('"'))
            name = " ".join(lists["NAME"])
            modules[name] = Module(name, cmake.parent, lists["DEPENDS"], lists["PUBLIC_HEADERS"],
                                   lists["HEADERS"], lists["SOURCES"])
    return modules


def read_includes(path: Path) -> list:
    """Returns the #include lines of a file."""
    found = []
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        match = re.match(r'\s*#\s*include\s*(?:<([^>]+)>|"([^"]+)")', line)
        if match:
            found.append(Include(path, number, match[1] or match[2], match[2] is not None))
    return found


def module_of(target: str, modules: dict):
    """Returns the module that the include `rowan/...` belongs to, or None."""
    folder = os.path.dirname(target.removeprefix("rowan/"))
    while folder:
        if folder in modules:
            return modules[folder]
        folder = os.path.dirname(folder)
    return None


def tracked_files(*suffixes: str) -> list:
    """Returns the files that git tracks or would track; those ending in `suffixes` where given."""
    listed = subprocess.run(["git", "-C", str(ROOT), "ls-files", "-z", "--cached", "--others",
                             "--exclude-standard"], capture_output=True, text=True, check=True)
    paths = [ROOT / name for name in listed.stdout.split("\0") if name]
    return sorted({path for path in paths
                   if path.is_file() and (not suffixes or path.name.endswith(suffixes))})
