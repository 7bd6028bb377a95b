#!/usr/bin/env python3
"""Compiles a snippet twice: as it is it must succeed, with ROWAN_FAIL it must fail with our words.

A snippet looks like this:

    // expect: a filter of Post was given where one of User is needed
    #ifdef ROWAN_FAIL
      ... what must not compile ...
    #else
      ... its nearest form that must ...
    #endif

One of the sentences must be in the first error that the compiler prints.

Usage: compile_pair.py COMPILER INCLUDE_FOLDER SNIPPET
"""

import os
import re
import subprocess
import sys


def fail(sentence: str, output: str = "") -> None:
    print(output)
    print(f"FAILED: {sentence}")
    sys.exit(1)


def compile_snippet(compiler: str, include: str, snippet: str, *definitions: str):
    command = [compiler, "-std=c++20", "-fsyntax-only", "-Wall", "-Wextra", "-fmessage-length=0",
               "-I", include, *definitions, snippet]
    return subprocess.run(command, capture_output=True, text=True, check=False,
                          env={**os.environ, "LC_ALL": "C"})


def main() -> int:
    compiler, include, snippet = sys.argv[1:4]
    with open(snippet, encoding="utf-8") as file:
        text = file.read()
    expected = re.findall(r"^\s*// expect: (.+?)\s*$", text, re.MULTILINE)
    if not expected:
        fail("the snippet has no line `// expect: <sentence>`")
    if not re.search(r"^\s*#\s*if(?:def\s+ROWAN_FAIL|ndef\s+ROWAN_FAIL|.*defined.*ROWAN_FAIL)", text,
                     re.MULTILINE):
        fail("the snippet has no `#ifdef ROWAN_FAIL`: both compilations would be the same")

    twin = compile_snippet(compiler, include, snippet)
    if twin.returncode != 0 or twin.stderr:
        fail("the twin, without ROWAN_FAIL, must compile without a warning", twin.stderr)

    wrong = compile_snippet(compiler, include, snippet, "-DROWAN_FAIL")
    if wrong.returncode == 0:
        fail("the snippet compiles with ROWAN_FAIL, and must not")
    # Only the compiler's own words count: it also quotes source lines, where our sentence stands anyway.
    messages = [line for line in wrong.stderr.splitlines() if "error: " in line]
    for sentence in expected:
        if not any(sentence in message for message in messages):
            fail(f"no error says: {sentence}", wrong.stderr)
    # People read the first error and stop.
    if not any(sentence in messages[0] for sentence in expected):
        fail("our sentence is not in the first error", wrong.stderr)
    return 0


if __name__ == "__main__":
    sys.exit(main())
