#!/usr/bin/env python3
"""Checks what is public: headers, what they drag in, and how many lines they cost after preprocessing.

The rules:
  1. Each header and source that CMakeLists.txt lists is there; each source there is listed.
  2. A public header includes only public headers of Rowan and the standard library.
  3. A header begins with its caption and #pragma once.
  4. The headers of tools/header_budgets.txt stay within their lines (non-blank, preprocessed).

Usage: check_headers.py [--update]      --update writes today's lines into the budgets, rounded up
"""

import os
import re
import shutil
import subprocess
import sys

from tree import ROOT, SOURCE, Complaints, module_of, read_includes, read_modules

BUDGETS = ROOT / "tools" / "header_budgets.txt"
# Public headers that exist to join Rowan to another library, and nothing else includes them.
BRIDGES = {"rowan/base/json_nlohmann.hpp": "nlohmann/"}
STANDARD = re.compile(r"^[a-z0-9_]+$")
REFERENCE_COMPILER = "12"


def check_lists(module, complaints: Complaints) -> None:
    cmake = module.folder / "CMakeLists.txt"
    listed = module.public_headers + module.headers + module.sources
    for name in listed:
        if not (module.folder / name).is_file():
            complaints.add(cmake, 0, f"{name} is listed and not there", "take it out of the list")
    for name in sorted({name for name in listed if listed.count(name) > 1}):
        complaints.add(cmake, 0, f"{name} is listed twice", "a header is public or private")
    for path in module.files:
        name = str(path.relative_to(module.folder))
        if path.suffix == ".cpp" and name not in module.sources:
            complaints.add(path, 0, "the source is in no list, so nobody compiles it",
                           f"add it to SOURCES in {os.path.relpath(cmake, ROOT)}, or delete it")


def check_public_header(path, modules: dict, complaints: Complaints) -> None:
    own = str(path.relative_to(SOURCE.parent))
    for include in read_includes(path):
        target = include.target
        if target.startswith("rowan/"):
            other = module_of(target, modules)
            if target in BRIDGES:
                complaints.add(path, include.line, f"<{target}> is a bridge to another library",
                               "only its users include it")
            elif other is not None and not other.is_public(SOURCE.parent / target):
                complaints.add(path, include.line, f"public header includes the private <{target}>",
                               f"include it in the source only, or list it in PUBLIC_HEADERS of "
                               f"{other.name}")
        elif not STANDARD.match(target):
            if own in BRIDGES and target.startswith(BRIDGES[own]):
                continue
            complaints.add(path, include.line, f"public header includes <{target}>",
                           "keep other libraries in the sources: declare an own type in the header")


def preprocessed_lines(compiler: str, path) -> int:
    """Returns the non-blank lines of a header after preprocessing."""
    run = subprocess.run([compiler, "-std=c++20", "-E", "-P", "-x", "c++", "-I",
                          str(SOURCE.parent), str(path)], capture_output=True, text=True, check=False)
    if run.returncode != 0:
        print(run.stderr)
        raise SystemExit(f"{path} does not preprocess")
    return sum(1 for line in run.stdout.splitlines() if line.strip())


def check_budgets(update: bool, complaints: Complaints) -> None:
    compiler = shutil.which("g++-12") or shutil.which("g++")
    version = "" if compiler is None else subprocess.run(
        [compiler, "-dumpversion"], capture_output=True, text=True, check=True).stdout.split(".")[0]
    if version.strip() != REFERENCE_COMPILER:
        print(f"note: budgets are in lines of g++ {REFERENCE_COMPILER}'s headers; not checked here")
        return
    result = []
    for line in BUDGETS.read_text(encoding="utf-8").splitlines():
        words = line.split()
        if len(words) != 2 or line.startswith("#") or not (SOURCE / words[0]).is_file():
            result.append(line)
            continue
        lines = preprocessed_lines(compiler, SOURCE / words[0])
        if update:
            result.append(f"{words[0]} {(lines + 499) // 500 * 500}")
        elif not words[1].isdigit():
            print(f"note: {words[0]} has {lines} lines and no budget yet (check_headers.py --update)")
        elif lines > int(words[1]):
            complaints.add(SOURCE / words[0], 0,
                           f"{lines} lines after preprocessing, budget {words[1]}",
                           "include less (forward declare, move to the source); where the growth is "
                           "worth it: tools/check_headers.py --update, and say why in the commit")
    if update:
        BUDGETS.write_text("\n".join(result) + "\n", encoding="utf-8")


def main() -> int:
    modules = read_modules()
    complaints = Complaints("headers")
    for module in modules.values():
        check_lists(module, complaints)
        for path in module.files:
            if path.suffix != ".hpp":
                continue
            if "#pragma once" not in path.read_text(encoding="utf-8"):
                complaints.add(path, 0, "no #pragma once", "put it below the caption")
            if module.is_public(path):
                check_public_header(path, modules, complaints)
    check_budgets("--update" in sys.argv[1:], complaints)
    return complaints.finish()


if __name__ == "__main__":
    sys.exit(main())
