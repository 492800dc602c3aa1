"""One case in one process: each of its runs in a fork with a fresh copy of the project."""

import contextlib
import importlib.metadata
import io
import os
import shutil
import socket
import tempfile
from pathlib import Path

from recorder import drivers
from recorder.cases import PACKAGES
from recorder.cli import fork, read_answer
from recorder.frozen import freeze
from recorder.report import report
from recorder.tape import Tape
from recorder.wrappers import install

# Settings that make dbt silent, single-threaded and independent of the machine.
QUIET = ["--no-use-colors", "--no-partial-parse", "--quiet", "--log-level", "none", "--log-level-file", "none"]


def record_case(case):
    """The recording of a case, as it stands in recorded.json."""
    recording = {
        "dbt": {"core": importlib.metadata.version("dbt-core"), "adapter": adapter_version(case.adapter)},
        "command": f"python tests/oracle/record.py run {case.name}",
        "runs": [],
    }
    with tempfile.TemporaryDirectory(prefix="hook-oracle-") as scratch:
        for place, run in enumerate(case.runs):
            folder = Path(scratch) / str(place)
            folder.mkdir()
            answer = folder / "answer.json"
            process = fork(answer, record_run, case, run, folder / "project")
            _, status = os.waitpid(process, 0)
            result = read_answer(answer, status)
            if "failed" in result:
                return {"failed": f"run {run.name}: {result['failed']}"}
            recording["runs"].append(result)
    return recording


def adapter_version(adapter):
    package = PACKAGES.get(adapter, "dbt-" + adapter)
    return f"{adapter} {importlib.metadata.version(package)}"


def record_run(case, run, project):
    """Runs one dbt command on a fresh copy of the case and reports it. Meant for a process of its own."""
    project = project.resolve()
    copy(case, project)
    tape = Tape()
    enter(case, project, lambda: drivers.install(case.adapter, tape, case.canned))
    install(tape)
    freeze()
    prepare(run, project)
    return report(run, outcome(run, tape), tape, project)


def copy(case, project):
    """A copy of the project without what is recorded of it."""
    ours = ("recorded.json", "twice.json", "oracle.json", "target")
    shutil.copytree(case.folder, project, ignore=shutil.ignore_patterns(*ours))


def enter(case, project, install_driver):
    """Makes this process one that runs dbt in the project, with the case's environment and no network."""
    for name in [name for name in os.environ if name.startswith("DBT_")]:
        del os.environ[name]
    os.environ.update({"DBT_SEND_ANONYMOUS_USAGE_STATS": "false", "DBT_PROFILES_DIR": str(project)})
    os.environ.update(case.env)
    os.environ["PYTHONWARNINGS"] = "ignore"
    os.chdir(project)
    close_network()
    install_driver()


def prepare(run, project):
    """The commands that come before the one that is recorded."""
    if (project / "packages.yml").is_file() or (project / "dependencies.yml").is_file():
        dbt(["deps"], None)
    for command in run.setup:
        dbt(command, run.target)


def outcome(run, tape):
    """Runs the command with the tape on, and gives dbt's result."""
    tape.parsed.clear()
    tape.manifest = None
    tape.on = True
    result = dbt(run.args, run.target, [tape.event])
    tape.on = False
    return result


def close_network():
    """Nothing of a recording may come from a network: a driver that is not replaced fails loudly."""

    def refused(*_, **__):
        raise OSError("the oracle has no network")

    connect = socket.socket.connect

    def local_only(self, address):
        return connect(self, address) if self.family == getattr(socket, "AF_UNIX", None) else refused()

    socket.socket.connect = local_only
    socket.getaddrinfo = socket.create_connection = refused


def dbt(args, target, callbacks=()):
    """Runs a dbt command in this process; what it prints is dropped."""
    from dbt.cli.main import cli, dbtRunner

    command = cli.commands.get(args[0])
    known = {option for parameter in getattr(command, "params", []) for option in parameter.opts}
    more = list(QUIET)
    if "--threads" in known and "--threads" not in args:
        more += ["--threads", "1"]
    if target and "--target" in known:
        more += ["--target", target]
    with contextlib.redirect_stdout(io.StringIO()):
        return dbtRunner(callbacks=list(callbacks)).invoke([*args, *more])
