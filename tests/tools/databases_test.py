#!/usr/bin/env python3
"""Tries tools/databases.sh and tools/fresh_database.py as far as no server is needed."""

import os
import shutil
import subprocess
import sys
import tempfile
import unittest
from pathlib import Path

TOOLS = Path(__file__).resolve().parent.parent.parent / "tools"


class FreshDatabase(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "a.db"
        self.script = Path(folder.name) / "a.sql"

    def run_tool(self, *arguments: str, **environment: str):
        return subprocess.run([sys.executable, str(TOOLS / "fresh_database.py"), *arguments], check=False, text=True,
                              capture_output=True, env={**os.environ, **environment})

    @unittest.skipUnless(shutil.which("sqlite3"), "this machine lacks sqlite3")
    def test_a_file_is_made_anew_and_filled_without_choosing_a_database(self):
        self.file.write_text("of old")
        self.script.write_text("DROP DATABASE IF EXISTS a;\nCREATE DATABASE a;\nUSE `a`;\n\\c a;\n"
                               "create table t (x); insert into t values ('use it; create database b;');\n")
        for _ in range(2):
            run = self.run_tool(f"--url=sqlite:{self.file}", "--name=a", f"--load={self.script}", "--",
                                "sh", "-c", f"echo {{url}}; sqlite3 {self.file} 'select x from t'")
            self.assertEqual((run.returncode, run.stderr), (0, ""))
            self.assertEqual(run.stdout, f"sqlite:{self.file}\nuse it; create database b;\n")
            self.assertFalse(self.file.exists())

    @unittest.skipUnless(shutil.which("sqlite3"), "this machine lacks sqlite3")
    def test_the_status_is_the_commands_and_its_database_stays_after_a_failure(self):
        self.script.write_text("create table t (x);")
        run = self.run_tool(f"--url=sqlite:{self.file}", "--name=a", f"--load={self.script}", "--", "sh", "-c", "exit 3")
        self.assertEqual(run.returncode, 3)
        self.assertTrue(self.file.exists())

    @unittest.skipUnless(shutil.which("sqlite3"), "this machine lacks sqlite3")
    def test_a_file_that_does_not_load_fails_before_the_command(self):
        self.script.write_text("create tabel t (x);")
        run = self.run_tool(f"--url=sqlite:{self.file}", "--name=a", f"--load={self.script}", "--", "echo", "ran")
        self.assertEqual((run.returncode, run.stdout), (1, ""))
        self.assertIn("syntax error", run.stderr)

    def test_a_server_that_is_not_there_fails_and_no_message_has_the_password(self):
        run = self.run_tool("--url-from=ROWAN_TEST_NOWHERE_URL", "--name=a", "--", "true")
        self.assertEqual(run.returncode, 1)
        self.assertIn("ROWAN_TEST_NOWHERE_URL is not set", run.stderr)
        for scheme, client in (("postgresql", "psql"), ("mysql", "mariadb")):
            if not shutil.which(client):
                continue
            # Port 1 of loopback: nobody listens there.
            run = self.run_tool("--url-from=ROWAN_TEST_NOWHERE_URL", "--name=a", "--", "true",
                                ROWAN_TEST_NOWHERE_URL=f"{scheme}://me:sesame@127.0.0.1:1/a")
            self.assertEqual(run.returncode, 1)
            self.assertIn(f"{client}: ", run.stderr)
            self.assertNotIn("sesame", run.stderr)


class Databases(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.folder = Path(folder.name)

    def run_tool(self, *arguments: str, **environment: str):
        return subprocess.run([str(TOOLS / "databases.sh"), *arguments], check=False, text=True, capture_output=True,
                              env={**os.environ, "ROWAN_SERVERS_DIR": str(self.folder / "servers"), **environment})

    def test_an_unknown_server_is_named(self):
        run = self.run_tool("start", "oracle")
        self.assertEqual(run.returncode, 1)
        self.assertIn("unknown server: oracle", run.stderr)
        self.assertIn("Known: postgres", run.stderr)

    def test_it_says_how_it_is_used(self):
        self.assertEqual(self.run_tool().returncode, 2)
        self.assertEqual(self.run_tool("start").returncode, 2)
        self.assertIn("Usage: ", self.run_tool("--help").stdout)

    def test_without_npm_there_is_no_newest_postgres_and_a_status_of_its_own(self):
        commands = self.folder / "commands"
        commands.mkdir()
        for name in ("bash", "dirname", "id", "mkdir", "chmod", "nproc", "rm"):
            (commands / name).symlink_to(shutil.which(name))
        run = self.run_tool("start", "postgres18", PATH=str(commands))
        self.assertEqual((run.returncode, run.stdout), (77, ""))
        self.assertEqual(run.stderr, "postgres18: this machine lacks npm\n")

    def test_stop_ends_only_the_process_that_was_recorded(self):
        with subprocess.Popen(["sleep", "60"]) as ours, subprocess.Popen(["sleep", "60"]) as foreign:
            self.addCleanup(foreign.kill)
            server = self.folder / "servers" / "postgres"
            server.mkdir(parents=True)
            started = Path(f"/proc/{ours.pid}/stat").read_text().rpartition(")")[2].split()[19]
            # The second line is what stays of a server that has ended and whose number another process has now.
            (server / "pids").write_text(f"{ours.pid} {started} TERM\n{foreign.pid} 1 TERM\n")
            self.assertEqual(self.run_tool("stop").returncode, 0)
            self.assertEqual(ours.wait(10), -15)
            self.assertIsNone(foreign.poll())
            self.assertFalse(server.exists())
            foreign.kill()


if __name__ == "__main__":
    unittest.main()
