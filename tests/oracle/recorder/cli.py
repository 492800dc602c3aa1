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
    for folder in cases.find(getattr(options, "cases", [])):
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
    for case, recording in record_all(present, options.jobs):
        failed += 0 if settle(case, recording, options.command == "check") else 1
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
    ):
        command = commands.add_parser(name, help=summary)
        if name != "all":
            command.add_argument("cases", nargs="+" if name == "run" else "*", help="a case's name or folder")
        command.add_argument("--adapter", help="only cases of this adapter")
        command.add_argument("--jobs", type=int, default=2, help="cases at the same time (default 2)")
    return parser


def settle(case, recording, compare):
    """Writes a recording, or compares it with the stored one; says whether all is well."""
    if "failed" in recording:
        print(f"FAILED  {case.name}\n{recording['failed']}")
        return False
    text = json.dumps(recording, indent=1, ensure_ascii=False) + "\n"
    if not compare:
        case.recorded.write_text(text, encoding="utf-8", newline="\n")
        print(f"ok      {case.name}: {outline(recording)}")
        return True
    stored = case.recorded.read_text(encoding="utf-8") if case.recorded.is_file() else ""
    if stored == text:
        print(f"same    {case.name}")
        return True
    print(f"DIFFERS {case.name}")
    for line in difflib.unified_diff(stored.splitlines(), text.splitlines(), "stored", "now", n=2, lineterm=""):
        print("  " + line)
    return False


def outline(recording):
    hooks = sum(len(run["hooks"]) for run in recording["runs"])
    failed = [run["name"] for run in recording["runs"] if not run["success"]]
    ending = f", not successful: {', '.join(failed)}" if failed else ""
    return f"{len(recording['runs'])} runs, {hooks} hooks{ending}"


def record_all(present, jobs):
    """Records each case in a process of its own, `jobs` at a time, and yields them in their order.

    The processes are forks of this one after dbt is loaded: loading takes longer than most cases.
    """
    if not present:
        return
    import dbt.cli.main  # noqa: F401

    from recorder.session import record_case

    waiting, running, done = list(enumerate(present)), {}, {}
    with tempfile.TemporaryDirectory(prefix="hook-oracle-") as scratch:
        while waiting or running:
            while waiting and len(running) < max(jobs, 1):
                place, case = waiting.pop(0)
                answer = Path(scratch) / f"{place}.json"
                running[fork(answer, record_case, case)] = (place, answer)
            process, status = os.wait()
            place, answer = running.pop(process)
            done[place] = read_answer(answer, status)
        for place, case in enumerate(present):
            yield case, done[place]


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
