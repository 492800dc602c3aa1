"""The command line: which cases, in how many processes, written or compared."""

import argparse
import difflib
import json
import os
import sys
import tempfile
from pathlib import Path

from recorder import cases


def main(argv):
    options = arguments().parse_args(argv)
    chosen, failed = [], 0
    roots = (cases.CASES, cases.REHEARSED) if options.command == "twice" else (cases.CASES,)
    for folder in cases.find(getattr(options, "cases", []), roots):
        try:
            case = cases.load(folder)
        except ValueError as problem:
            print(f"FAILED  {problem}")
            failed += 1
            continue
        if options.adapter in (None, case.adapter):
            chosen.append(case)
    skipped = [case for case in chosen if case.missing()]
    present = [case for case in chosen if not case.missing()]
    if options.command == "twice":
        from recorder.twice import can_be, record_twice

        present = [case for case in present if can_be(case)]
        # A server has one set of roles: two cases at a time would see those of each other.
        jobs = options.jobs if all(case.adapter == "duckdb" for case in present) else 1
        recordings = record_all(present, jobs, record_twice, options.port)
    else:
        from recorder.session import record_case

        recordings = record_all(present, options.jobs, record_case)
    for case, recording in recordings:
        file = case.twice if options.command == "twice" else case.recorded
        failed += 0 if settle(case, recording, file, getattr(options, "check", options.command == "check")) else 1
    for case in skipped:
        print(f"skipped {case.name}: needs {case.missing()}")
    print(f"{len(present)} recorded, {len(skipped)} skipped, {failed} failed")
    return 1 if failed else 0


def arguments():
    parser = argparse.ArgumentParser(prog="record.py", description="Records what dbt does with the hooks of a case.")
    commands = parser.add_subparsers(dest="command", required=True)
    for name, summary in (
        ("run", "record the named cases"),
        ("all", "record every case"),
        ("check", "record and compare with what is stored"),
        ("twice", "run the cases of duckdb and postgres twice on a database that executes, write their twice.json"),
    ):
        command = commands.add_parser(name, help=summary)
        if name != "all":
            command.add_argument("cases", nargs="+" if name == "run" else "*", help="a case's name or folder")
        command.add_argument("--adapter", help="only cases of this adapter")
        command.add_argument("--jobs", type=int, default=2, help="cases at the same time (default 2)")
        if name == "twice":
            command.add_argument("--port", type=int, default=5433, help="of a PostgreSQL server that holds nothing else")
            command.add_argument("--check", action="store_true", help="compare with what is stored")
    return parser


def settle(case, recording, file, compare):
    """Writes a recording, or compares it with the stored one; says whether all is well."""
    if "failed" in recording:
        print(f"FAILED  {case.name}\n{recording['failed']}")
        return False
    text = json.dumps(recording, indent=1, ensure_ascii=False) + "\n"
    if not compare:
        file.write_text(text, encoding="utf-8", newline="\n")
        print(f"ok      {case.name}: {outline(recording)}")
        return True
    stored = file.read_text(encoding="utf-8") if file.is_file() else ""
    if stored == text:
        print(f"same    {case.name}")
        return True
    print(f"DIFFERS {case.name}")
    for line in difflib.unified_diff(stored.splitlines(), text.splitlines(), "stored", "now", n=2, lineterm=""):
        print("  " + line)
    return False


def outline(recording):
    if "commands" in recording:
        runs = [run for command in recording["commands"] for run in command["runs"]]
        failed = sum(status == "error" for run in runs for status in run["hooks"].values())
        return f"{len(runs)} runs, {len(runs[0]['hooks']) if runs else 0} hooks, {failed} failed"
    hooks = sum(len(run["hooks"]) for run in recording["runs"])
    failed = [run["name"] for run in recording["runs"] if not run["success"]]
    ending = f", not successful: {', '.join(failed)}" if failed else ""
    return f"{len(recording['runs'])} runs, {hooks} hooks{ending}"


def record_all(present, jobs, record, *more):
    """Records each case in a process of its own, `jobs` at a time, and yields them in their order.

    The processes are forks of this one after dbt is loaded: loading takes longer than most cases.
    """
    if not present:
        return
    import dbt.cli.main  # noqa: F401

    waiting, running, done, told = list(enumerate(present)), {}, {}, 0
    with tempfile.TemporaryDirectory(prefix="hook-oracle-") as scratch:
        while waiting or running:
            while waiting and len(running) < max(jobs, 1):
                place, case = waiting.pop(0)
                answer = Path(scratch) / f"{place}.json"
                running[fork(answer, record, case, *more)] = (place, answer)
            process, status = os.wait()
            place, answer = running.pop(process)
            done[place] = read_answer(answer, status)
            while (place := told) in done:
                told += 1
                yield present[place], done.pop(place)


def fork(answer, work, *args):
    """Runs `work` in a child and leaves its result in a file; gives the child's id."""
    sys.stdout.flush()
    process = os.fork()
    if process:
        return process
    try:
        result = work(*args)
    except BaseException as problem:
        import traceback

        result = {"failed": "".join(traceback.format_exception(problem))}
    answer.write_text(json.dumps(result, ensure_ascii=False), encoding="utf-8")
    os._exit(0)


def read_answer(answer, status):
    if answer.is_file():
        return json.loads(answer.read_text(encoding="utf-8"))
    return {"failed": f"the process ended with status {status}"}
