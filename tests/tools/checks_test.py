#!/usr/bin/env python3
"""Tries the checks of tools/ on small trees: a sound one passes, and each broken rule is named."""

import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parent.parent.parent / "tools"

SOUND = {
    "src/rowan/base/CMakeLists.txt": "rowan_module(NAME base PUBLIC_HEADERS text.hpp SOURCES text.cpp)",
    "src/rowan/base/text.hpp": "// Text.\n\n#pragma once\n\n#include <string>\n",
    "src/rowan/base/text.cpp": "// Text in full.\n\n#include <rowan/base/text.hpp>\n",
    "src/rowan/model/CMakeLists.txt":
        "rowan_module(NAME model\n  DEPENDS base\n  PUBLIC_HEADERS key.hpp model.hpp\n  HEADERS own.hpp)",
    "src/rowan/model/key.hpp": "// A key.\n\n#pragma once\n\n#include <rowan/base/text.hpp>\n\nint a();\n",
    "src/rowan/model/model.hpp": "// The face.\n\n#pragma once\n\n#include <rowan/model/key.hpp>\n",
    "src/rowan/model/own.hpp": "// Not for others.\n\n#pragma once\n",
    "src/rowan/declare/CMakeLists.txt":
        "rowan_module(NAME declare DEPENDS model base PUBLIC_HEADERS mapping.hpp)",
    "src/rowan/declare/mapping.hpp":
        "// A mapping.\n\n#pragma once\n\n#include <rowan/model/key.hpp>\n",
}


class Checks(unittest.TestCase):
    def setUp(self):
        self.folder = tempfile.TemporaryDirectory()
        self.addCleanup(self.folder.cleanup)
        self.root = Path(self.folder.name)
        shutil.copytree(TOOLS, self.root / "tools")
        subprocess.run(["git", "init", "-q", str(self.root)], check=True)
        for path, text in SOUND.items():
            self.write(path, text)

    def write(self, path: str, text: str) -> None:
        file = self.root / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text, encoding="utf-8")

    def append(self, path: str, text: str) -> None:
        self.write(path, (self.root / path).read_text(encoding="utf-8") + text)

    def run_check(self, check: str, *arguments: str):
        return subprocess.run([sys.executable, str(self.root / "tools" / check), *arguments],
                              capture_output=True, text=True, check=False)

    def refuses(self, words: str, check: str, *arguments: str) -> None:
        run = self.run_check(check, *arguments)
        self.assertEqual(run.returncode, 1, run.stdout + run.stderr)
        self.assertIn(words, run.stdout)
        self.assertIn("remedy: ", run.stdout)

    def test_a_sound_tree_passes(self):
        for check in (["check_layers.py"], ["check_headers.py"]):
            run = self.run_check(*check)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)
        for rule in ("captions", "names", "sizes", "ascii", "columns", "fragments", "links", "paths",
                     "todo"):
            run = self.run_check("check_style.py", rule)
            self.assertEqual(run.returncode, 0, run.stdout + run.stderr)

    def test_an_undeclared_edge_is_refused(self):
        self.append("src/rowan/base/text.hpp", "#include <rowan/model/key.hpp>\n")
        self.refuses("base includes model, which it does not declare", "check_layers.py")

    def test_an_edge_against_the_table_is_refused_though_declared(self):
        self.write("src/rowan/model/CMakeLists.txt",
                   "rowan_module(NAME model DEPENDS declare PUBLIC_HEADERS key.hpp)")
        self.append("src/rowan/model/key.hpp", "#include <rowan/declare/mapping.hpp>\n")
        self.refuses("model may not depend on declare", "check_layers.py")

    def test_an_edge_that_is_not_used_is_refused(self):
        self.write("src/rowan/declare/mapping.hpp", "// A mapping.\n\n#pragma once\n")
        self.refuses("declare declares model, and includes nothing of it", "check_layers.py")

    def test_a_face_header_is_refused_inside(self):
        self.write("src/rowan/declare/mapping.hpp",
                   "// A mapping.\n\n#pragma once\n\n#include <rowan/model/model.hpp>\n")
        self.refuses("is for users of the library", "check_layers.py")

    def test_a_quoted_include_is_refused(self):
        self.append("src/rowan/model/key.hpp", '#include "own.hpp"\n')
        self.refuses("is included in quotes", "check_layers.py")

    def test_a_client_library_is_refused_outside_its_connection(self):
        self.append("src/rowan/base/text.cpp", "#include <sqlite3.h>\n")
        self.refuses("is a database's client library", "check_layers.py")

    def test_a_module_without_a_row_is_refused(self):
        self.write("src/rowan/extra/CMakeLists.txt", "rowan_module(NAME extra PUBLIC_HEADERS x.hpp)")
        self.write("src/rowan/extra/x.hpp", "// More.\n\n#pragma once\n")
        self.refuses("module extra is not in the layer table", "check_layers.py")

    def test_a_loose_file_is_refused(self):
        self.write("src/rowan/loose.hpp", "// Loose.\n\n#pragma once\n")
        self.refuses("a loose file", "check_layers.py")

    def test_a_public_header_may_not_include_a_private_one(self):
        self.append("src/rowan/model/key.hpp", "#include <rowan/model/own.hpp>\n")
        self.refuses("includes the private", "check_headers.py")

    def test_a_public_header_may_not_include_another_library(self):
        self.append("src/rowan/base/text.hpp", "#include <fmt/format.h>\n")
        self.refuses("public header includes <fmt/format.h>", "check_headers.py")

    def test_a_source_that_nobody_lists_is_refused(self):
        self.write("src/rowan/base/lost.cpp", "// Lost.\n")
        self.refuses("nobody compiles it", "check_headers.py")

    def test_a_budget_is_kept(self):
        if not shutil.which("g++-12"):
            self.skipTest("budgets are checked with g++ 12")
        self.write("tools/header_budgets.txt", "base/text.hpp 10\n")
        self.refuses("lines after preprocessing, budget 10", "check_headers.py")
        self.run_check("check_headers.py", "--update")
        self.assertEqual(self.run_check("check_headers.py").returncode, 0)

    def sum_of(self, *cases: str) -> list:
        self.write("ctest.xml", f"<testsuite>{''.join(cases)}</testsuite>")
        run = self.run_check("sum_tests.py", str(self.root / "ctest.xml"))
        self.assertEqual(run.returncode, 0, run.stderr)
        return run.stdout.splitlines()

    @staticmethod
    def skipped(name: str, reason: str) -> str:
        return (f'<testcase name="{name}" status="notrun">'
                '<skipped message="SKIP_REGULAR_EXPRESSION_MATCHED"/>'
                f"<system-out>[ RUN      ] a\na_test.cpp:7: Skipped\n{reason}\n</system-out></testcase>")

    def test_tests_are_summed(self):
        self.assertEqual(
            self.sum_of('<testcase name="a" status="run"/>', '<testcase name="b" status="fail"/>',
                        self.skipped("c", "this database lacks savepoints")),
            ["1 1 1", "b"])

    def test_a_server_that_is_missing_fails(self):
        self.assertEqual(
            self.sum_of(self.skipped("a", "no server answers"),
                        '<testcase name="b" status="disabled"><skipped message="Disabled"/></testcase>',
                        '<testcase name="c" status="notrun"><skipped message=""/></testcase>'),
            ["0 3 0", "a was skipped: no server answers", "b was skipped: Disabled",
             "c was skipped: no reason"])

    def test_style_rules_are_kept(self):
        long_line = "// " + "x" * 120
        machine_path = "/" + "root/x"
        due = "TODO(" + "now)"
        for rule, path, text, words in (
                ("captions", "src/rowan/base/a.hpp", "#pragma once\n", "no caption"),
                ("captions", "src/rowan/base/b.hpp", "// First; second.\n", "no plain sentence"),
                ("names", "src/rowan/base/text_utils.hpp", "// Text.\n", "says nothing"),
                ("names", "src/rowan/declare/key.hpp", "// Key.\n", "is taken by"),
                ("sizes", "src/rowan/base/big.cpp", "// Big.\n" + "\n" * 1000, "lines in header"),
                ("ascii", "src/rowan/base/c.cpp", "// Caf\u00e9.\n", "not plain ASCII"),
                ("columns", "src/rowan/base/d.cpp", long_line + "\n", "columns, 120 allowed"),
                ("fragments", "changes/added.md", "Something.\n", "no name of a fragment"),
                ("links", "docs/a.md", "[there](nowhere.md)\n", "dead link"),
                ("links", "docs/a.md", "# One\n\n[there](#two)\n", "no heading"),
                ("paths", "scripts/x", f"cd {machine_path}\n", "a path of one machine"),
                ("todo", "src/rowan/base/e.cpp", f"// {due}: it.\n", "still to be done")):
            with self.subTest(rule=rule, words=words):
                self.write(path, text)
                self.refuses(words, "check_style.py", rule)
                (self.root / path).unlink()


if __name__ == "__main__":
    unittest.main()
