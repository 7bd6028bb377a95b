#!/usr/bin/env python3
"""Makes an empty database, fills it from a file where asked, and runs a command over it.

Usage: fresh_database.py (--url=URL | --url-from=VARIABLE) --name=NAME [--load=FILE] -- COMMAND [ARGUMENT...]

In the command, {url} stands for the URL of the new database. On a server it is called rowan_NAME and is dropped
after a run that succeeded; `sqlite:PATH` names the file that is made anew. The server's own client does
the work: psql, mariadb or sqlite3. Passwords go by the environment, where no list of processes shows them.

From the file are left out the statements that make and choose a database: this program has done that.
"""

import argparse
import os
import re
import subprocess
import sys
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

CHOOSING = re.compile(r"^(?:(?:drop|create)\s+database\b[^;]*;|use\s[^;]*;|\\c\s.*$)", re.IGNORECASE | re.MULTILINE)
REMEDY = {"psql": "postgresql-client", "mariadb": "mariadb-client-core", "sqlite3": "sqlite3"}


class Failure(Exception):
    """A sentence for the user."""


def run_client(command: list, script: str, **environment: str) -> None:
    """Runs a client with the script as its input; says what it said where it fails."""
    try:
        done = subprocess.run(command, input=script.encode(), capture_output=True, check=False,
                              env={**os.environ, **environment})
    except FileNotFoundError:
        raise Failure(f"{command[0]} is missing: apt-get install {REMEDY[command[0]]}") from None
    if done.returncode != 0:
        raise Failure(f"{command[0]}: {done.stderr.decode(errors='replace').strip()}")


class Sqlite:
    """A file."""

    def __init__(self, url: str, _name: str):
        self.url = url
        self.path = Path(url.removeprefix("sqlite:"))

    def make(self) -> None:
        self.drop()

    def load(self, script: str) -> None:
        run_client(["sqlite3", "-bail", str(self.path)], f"begin;\n{script}\ncommit;\n")

    def drop(self) -> None:
        for suffix in ("", "-wal", "-shm", "-journal"):
            Path(f"{self.path}{suffix}").unlink(missing_ok=True)


class Server:
    """A database beside the one that the URL names."""

    def __init__(self, url: str, name: str):
        self.parts = urlsplit(url)
        self.name = f"rowan_{name}"
        self.url = urlunsplit(self.parts._replace(path=f"/{self.name}"))
        self.password = unquote(self.parts.password or "")

    def make(self) -> None:
        self.drop()
        self.administer(self.creation)

    creation = ""


class Postgres(Server):
    """PostgreSQL, by psql."""

    def __init__(self, url: str, name: str):
        super().__init__(url, name)
        self.creation = f"create database {self.name}"

    def psql(self, path: str, script: str) -> None:
        user, _, place = self.parts.netloc.rpartition("@")
        login = user.partition(":")[0]
        without_password = urlunsplit(self.parts._replace(netloc=f"{login}@{place}" if login else place, path=path))
        run_client(["psql", "-q", "-X", "-v", "ON_ERROR_STOP=1", without_password], script, PGPASSWORD=self.password,
                   PGCLIENTENCODING="UTF8", PGOPTIONS="-c client_min_messages=warning")

    def administer(self, statement: str) -> None:
        self.psql(self.parts.path, statement)

    def load(self, script: str) -> None:
        self.psql(f"/{self.name}", f"begin;\n{script}\ncommit;\n")

    def drop(self) -> None:
        self.administer(f"drop database if exists {self.name} with (force)")


class Mysql(Server):
    """MySQL and MariaDB, by MariaDB's client."""

    def __init__(self, url: str, name: str):
        super().__init__(url, name)
        self.creation = f"create database {self.name} character set utf8mb4"

    def administer(self, statement: str, *database: str) -> None:
        run_client(["mariadb", "--no-defaults", f"--host={self.parts.hostname}", f"--port={self.parts.port or 3306}",
                    f"--user={unquote(self.parts.username or '')}", "--default-character-set=utf8mb4", *database],
                   statement, MYSQL_PWD=self.password)

    def load(self, script: str) -> None:
        self.administer(f"set autocommit = 0;\n{script}\ncommit;\n", self.name)

    def drop(self) -> None:
        self.administer(f"drop database if exists {self.name}")


KINDS = {"sqlite": Sqlite, "postgresql": Postgres, "postgres": Postgres, "mysql": Mysql, "mariadb": Mysql}


def database_of(arguments: argparse.Namespace):
    url = arguments.url or os.environ.get(arguments.url_from or "", "")
    if not url:
        raise Failure(f"no server: {arguments.url_from} is not set; scripts/test starts one and sets it")
    scheme = url.partition(":")[0]
    if scheme not in KINDS:
        raise Failure(f"no client is known for {scheme}: URLs")
    return KINDS[scheme](url, arguments.name)


def main() -> int:
    parser = argparse.ArgumentParser(usage=__doc__)
    parser.add_argument("--url")
    parser.add_argument("--url-from")
    parser.add_argument("--name", required=True)
    parser.add_argument("--load", type=Path)
    parser.add_argument("command", nargs="+")
    arguments = parser.parse_args()
    try:
        database = database_of(arguments)
        database.make()
        if arguments.load:
            database.load(CHOOSING.sub("", arguments.load.read_text(encoding="utf-8-sig")))
        command = [argument.replace("{url}", database.url) for argument in arguments.command]
        status = subprocess.run(command, check=False).returncode
        if status == 0:
            database.drop()
        return status if status >= 0 else 128 - status
    except Failure as failure:
        print(f"error: {failure}", file=sys.stderr)
        return 1


if __name__ == "__main__":
    sys.exit(main())
