#!/usr/bin/env python3
"""Checks that includes run downward only, along the edges that each rowan_module() declares.

The rules:
  1. A module includes only what its DEPENDS names; base and value are open to every floor above.
  2. DEPENDS names only what the layer table below allows, and nothing that is not included.
  3. Inside the library nobody includes a face header (one that only includes) or rowan.hpp.
  4. Includes of Rowan are written <rowan/module/file.hpp>, never in quotes.
  5. A database's client library is included by its <database>_connection.cpp alone, or where that is too much for
     one file, by its <database>_client.cpp and <database>_statement.cpp.
  6. In query, the tree knows values only, and only the binder knows metadata.
"""

import re
import sys

from tree import SOURCE, Complaints, module_of, read_includes, read_modules

# The layer table: what each module may depend on, apart from base and value.
ALLOWED = {
    "base": set(),
    "value": set(),
    "model": set(),
    "metadata": set(),
    "declare": {"metadata", "model"},
    "query": {"metadata", "model", "declare"},
    "backend": {"query", "metadata"},
    "orm": {"backend", "query", "declare", "metadata", "model"},
    "sql": {"backend", "query", "metadata"},
    "schema": {"sql", "backend", "metadata"},
    "seeding": {"orm", "metadata"},
    "serialization": {"orm", "metadata"},
    "migration": {"schema", "sql", "backend"},
    "entitygen": {"schema"},
    "drivers/sqlite": {"sql", "schema", "backend"},
    "drivers/postgres": {"sql", "schema", "backend"},
    "drivers/mysql": {"sql", "schema", "backend"},
    "drivers/mariadb": {"sql", "schema", "backend", "drivers/mysql"},
    "drivers/mongodb": {"backend", "query"},
    "cli": {"migration", "schema", "seeding", "entitygen", "orm"},
}
# Open to every floor above them, declared or not.
GROUND = {"base", "value"}

# Inside query: these stems may include only the named modules, besides query itself and base.
QUERY_STEMS = {
    "expr": {"value"}, "select": {"value"}, "mutation": {"value"},
    # The typed words of the query language, which end in the tree.
    **{stem: {"value", "model", "declare"}
       for stem in ("path", "operand", "filter", "aggregate", "find_options", "query_builder")},
    "binder": {"value", "metadata"},
}

CLIENT_FILES = ("_connection.cpp", "_client.cpp", "_statement.cpp")
CLIENT_HEADERS = re.compile(r"^(sqlite3(ext)?\.h|libpq.*|pg_config.*|mysql.*|mariadb.*|mongoc.*|bson.*|"
                            r"libbson.*|libmongoc.*)$")


def is_face(target: str) -> bool:
    """Answers whether a header only includes others."""
    path = SOURCE.parent / target
    if not path.is_file():
        return False
    folder = path.parent.name
    if path.stem != folder:
        return False
    text = re.sub(r"/\*.*?\*/", "", path.read_text(encoding="utf-8"), flags=re.DOTALL)
    for line in text.splitlines():
        line = line.split("//")[0].strip()
        if line and not line.startswith("#"):
            return False
    return True


def check_declarations(modules: dict, complaints: Complaints) -> None:
    for module in modules.values():
        cmake = module.folder / "CMakeLists.txt"
        expected = str(module.folder.relative_to(SOURCE))
        if module.name != expected:
            complaints.add(cmake, 0, f"the module is called {module.name}, its folder {expected}",
                           "folder, namespace and target have one name")
        if module.name not in ALLOWED:
            complaints.add(cmake, 0, f"module {module.name} is not in the layer table",
                           "give it a row in ALLOWED of tools/check_layers.py, and say why")
            continue
        for dependency in module.depends:
            if dependency not in ALLOWED[module.name] | GROUND or dependency == module.name:
                complaints.add(cmake, 0, f"{module.name} may not depend on {dependency}",
                               "turn the dependency round: own an interface in the lower module "
                               "that the upper one implements")


def check_unused(module, used: set, complaints: Complaints) -> None:
    for dependency in module.depends:
        if dependency not in used and dependency not in GROUND:
            complaints.add(module.folder / "CMakeLists.txt", 0,
                           f"{module.name} declares {dependency}, and includes nothing of it",
                           f"take {dependency} out of DEPENDS")


def check_include(module, include, modules: dict, complaints: Complaints):
    """Checks one include; returns the module that it leads to, where it leads to another."""
    path, line, target = include.path, include.line, include.target
    if include.quoted:
        complaints.add(path, line, f'"{target}" is included in quotes',
                       "write the full path: <rowan/module/file.hpp>")
        return None
    if CLIENT_HEADERS.match(target) and not path.name.endswith(CLIENT_FILES):
        complaints.add(path, line, f"<{target}> is a database's client library",
                       "only <database>_connection.cpp (or _client and _statement) includes it; go through "
                       "its interface")
    if not target.startswith("rowan/"):
        return None
    if not (SOURCE.parent / target).is_file():
        complaints.add(path, line, f"<{target}> is not there", "mend the path")
        return None
    if target.count("/") == 1 or (is_face(target) and path != SOURCE.parent / target):
        complaints.add(path, line, f"<{target}> is for users of the library, not for its inside",
                       "include the file that declares what you need")
        return None
    other = module_of(target, modules)
    if other is None or other.name == module.name:
        return None
    below = GROUND if module.name not in GROUND else set()
    if module.name == "value":
        below = {"base"}
    if other.name not in set(module.depends) | below:
        complaints.add(path, line, f"{module.name} includes {other.name}, which it does not declare",
                       f"add {other.name} to DEPENDS of {module.name} if the layer table allows it, "
                       "else own an interface below")
    if module.name == "query":
        allowed = QUERY_STEMS.get(path.stem)
        if allowed is not None and other.name not in allowed | {"base"}:
            complaints.add(path, line, f"query/{path.stem} may not know {other.name}",
                           "the tree knows values only, the typed words the model and the "
                           "declarations, the binder the metadata")
        elif allowed is None and other.name in ("model", "declare"):
            complaints.add(path, line, f"in query, only the typed words (path, filter, ...) know {other.name}",
                           "move what needs it there")
    return other.name


def main() -> int:
    modules = read_modules()
    complaints = Complaints("layers")
    check_declarations(modules, complaints)
    for module in modules.values():
        used = set()
        for path in module.files:
            for include in read_includes(path):
                other = check_include(module, include, modules, complaints)
                if other:
                    used.add(other)
        check_unused(module, used, complaints)
    for path in sorted(SOURCE.glob("*")):
        if path.is_file() and path.name not in ("rowan.hpp", "drivers.hpp", "drivers.cpp",
                                                "decorators.hpp"):
            complaints.add(path, 0, "a loose file in src/rowan", "put it into the module it serves")
    return complaints.finish()


if __name__ == "__main__":
    sys.exit(main())
