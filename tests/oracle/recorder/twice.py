"""One case run twice in a row on one fresh database that really executes: DuckDB, or a PostgreSQL server."""

import importlib.metadata
import os
import re
import tempfile
from pathlib import Path

from recorder import drivers
from recorder.cli import fork, read_answer
from recorder.frozen import freeze
from recorder.report import report
from recorder.server import Server, sizes_in_files
from recorder.session import adapter_version, copy, dbt, enter, outcome, prepare
from recorder.tape import Tape
from recorder.wrappers import install

ADAPTERS = ("duckdb", "postgres")

# The clock of the server in a message.
NOW = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+(\+\d\d)?")

# Commands that build or test; the others send no hook.
COMMANDS = ("build", "run", "seed", "snapshot", "test")


def can_be(case):
    """Whether a case can be run so."""
    return case.adapter in ADAPTERS and any(run.args[0] in COMMANDS for run in case.runs)


def record_twice(case, port):
    """The recording of a case, as it stands in twice.json."""
    recording = {
        "dbt": {"core": importlib.metadata.version("dbt-core"), "adapter": adapter_version(case.adapter)},
        "adapter": case.adapter,
        "commands": [],
    }
    server = Server(port, case.server) if case.adapter == "postgres" else None
    if server:
        with server.open("postgres") as connection:
            recording["dbt"]["server"] = f"PostgreSQL {connection.server_version // 10000}"
    for run in (run for run in case.runs if run.args[0] in COMMANDS):
        if server:
            server.clear()
        with tempfile.TemporaryDirectory(prefix="hook-oracle-") as scratch:
            project = Path(scratch).resolve() / "project"
            copy(case, project)
            command = {"name": run.name, "args": run.args, "target": run.target or case.target, "runs": []}
            for number in (1, 2):
                answer = Path(scratch) / f"{number}.json"
                _, status = os.waitpid(fork(answer, record_turn, case, run, project, server, number), 0)
                turn = read_answer(answer, status)
                if "failed" in turn:
                    return {"failed": f"{run.name}, run {number}: {turn['failed']}"}
                turn["rows"] = server.sizes() if server else sizes_in_files(project)
                if turn["rows"] is None and number == 2:
                    break  # a database in memory is gone with its process
                command["runs"].append(turn)
            recording["commands"].append(command)
    return recording


def record_turn(case, run, project, server, number):
    """One of the two runs, in a process of its own: how its hooks, nodes and tests ended."""
    tape = Tape()
    enter(case, project, server.install if server else lambda: drivers.install(case.adapter, tape, []))
    install(tape)
    freeze(number)
    if number == 1:
        prepare(run, project)
        for command in run.before:
            dbt(command, run.target)
    told = report(run, outcome(run, tape), tape, project)
    hooks = {hook["id"]: hook for hook in told["hooks"]}
    refused = {id: hook["parse_error"] for id, hook in hooks.items() if hook["parse_error"]}
    failed = {id: hook["error"] for id, hook in hooks.items() if hook["status"] == "error"}
    return {
        "success": told["success"],
        "exception": told["exception"],
        "hooks": {id: "error" if id in refused else ended(hook) for id, hook in hooks.items()},
        "errors": {id: NOW.sub("<time>", error) for id, error in (refused | failed).items()},
        "nodes": {one["id"]: one["status"] for one in told["results"] if one["id"] not in hooks},
    }


def ended(hook):
    """How a hook ended; `blank` where its text is, and nothing is sent."""
    is_blank = hook["status"] == "success" and not (hook["sql"] or "").strip()
    return "blank" if is_blank else hook["status"]
