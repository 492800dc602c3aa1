#!/usr/bin/env python3
"""Damages projects at random and runs the commands on them.

    python3 tests/fuzz/damage.py BINARY LIST [--copies 20] [--seed 1] [--keep FOLDER] > table.tsv

LIST has a line for each project: {"name": …, "folder": …, "profiles": …, "env": {…}}, the last two where needed. Each
project is run as it is, then each copy, with some of its files damaged: the same seed damages them the same way. A
command fails here if it ends otherwise than with 0, 1 or 2, if it says that it panicked, if it takes longer than
LIMIT seconds of processor time (or five times what the project takes as it is), or if it shows a secret: one is set in
the environment, and one in each profile. What fails is kept in --keep, with the command and what it said.
"""
import argparse
import json
import os
import pathlib
import random
import resource
import shutil
import signal
import subprocess
import sys
import tempfile
import time
import zlib

LIMIT = 10
MEMORY = 8 << 30
SECRET = "hk5Qz7Wm2Xv9Marker"
COMMANDS = {
    "check": ["check", "--format", "json"],
    "list": ["list", "--format", "json"],
    "compile": ["compile", "--format", "json"],
    "plan": ["plan", "--format", "json"],
    "fix": ["check", "--diff"],
    "prove": ["prove", "--format", "json"],
}
ENDINGS = {".sql", ".yml", ".yaml", ".csv", ".md", ".py"}
WORDS = [
    b"{{", b"}}", b"{%", b"%}", b"{#", b"#}", b"{%- raw -%}", b"{% endraw %}", b"{% if x %}", b"{% endif %}", b"{% macro a(b, c=1) %}", b"{% endmacro %}",
    b"{% for i in x %}", b"{% endfor %}", b"{% set a %}", b"{% endset %}", b"{% call statement('a') %}", b"{% endcall %}", b"{% snapshot s %}",
    b"{% endsnapshot %}", b"{{ ref('", b"{{ config(post_hook='", b"') }}", b"{{ this }}", b"{{ run_query('select 1') }}", b"is_incremental()", b"env_var('DBT_ENV_SECRET_MARK')",
    b"target.password", b"results", b"graph.nodes.values()", b"adapter.get_relation(", b"varargs", b"kwargs", b"caller()", b"| tojson", b"~", b"*", b"**", b"not", b" in ",
    b"- ", b": ", b":\n", b"\n  ", b"|\n", b">-\n", b"&a ", b"*a", b"<<: *a", b"!!binary ", b"? ", b"---\n", b"...\n", b"\t", b"[", b"]", b"{", b"}", b"'", b'"', b"#", b"%", b"@", b"`",
    b"on-run-end:\n  - drop table x\n", b"on-run-start: ", b"models:\n  +post-hook: ", b"+pre-hook", b"post-hook", b"null", b"~", b"0x1F", b"1_000", b"2020-01-01", b".nan", b"yes",
    b";", b";;", b"--", b"/*", b"*/", b"$$", b"$a$", b"begin", b"end", b"(", b")", b"((((((", b"))))))", b"select ", b" from ", b"create or replace table ", b"drop table ",
    b"merge into ", b"grant select on ", b"insert into ", b"case when ", b"union all ", b"\\", b"\\u", b"\\x", b"''", b'""',
    b"\0", b"\xef\xbb\xbf", b"\r\n", b"\r", b"\xff\xfe", b"\xc3", b"\xed\xa0\x80", b"\xf0\x9f\x98\x80", b"\xe2\x80\xa8", b"\xc2\xa0", b"\x1b[31m", b"\x85",
]


def damage_bytes(rng, data):
    """One damage to the bytes of a file."""
    def span(most):
        start = rng.randrange(len(data) + 1)
        return start, min(len(data), start + rng.randint(1, most))

    kind = rng.choice(["delete", "delete", "double", "swap", "insert", "insert", "insert", "truncate", "lines", "line", "long", "cut", "case", "noise", "copy", "crlf", "indent", "open"])
    start, end = span(rng.choice([1, 4, 40, 400]))
    if kind == "delete":
        return data[:start] + data[end:]
    if kind == "double":
        return data[:end] + data[start:end] * rng.choice([1, 1, 2, 50]) + data[end:]
    if kind == "swap":
        middle = rng.randint(start, end)
        return data[:start] + data[middle:end] + data[start:middle] + data[end:]
    if kind == "insert":
        return data[:start] + b"".join(rng.choice(WORDS) for _ in range(rng.choice([1, 1, 2, 5]))) + data[start:]
    if kind == "truncate":
        return data[:start]
    if kind == "long":
        word = rng.choice(WORDS + [b"x", b"1", b" ", b"a,", b"a.", b"not ", b"- "])
        return data[:start] + word * rng.choice([100, 5000, 100000]) + data[start:]
    if kind == "cut":
        marks = [at for at in range(len(data) - 1) if data[at : at + 2] in (b"{%", b"%}", b"{{", b"}}", b"{#", b"#}")]
        if marks:
            at = rng.choice(marks)
            return data[:at] + data[at + rng.randint(1, 2) :]
    if kind == "case":
        return data[:start] + data[start:end].swapcase() + data[end:]
    if kind == "noise":
        return data[:start] + bytes(rng.randrange(256) for _ in range(rng.randint(1, 20))) + data[end:]
    if kind == "crlf":
        return data.replace(b"\n", rng.choice([b"\r\n", b"\r", b"\n\n", b" \n"]))
    if kind == "copy":
        at = rng.randrange(len(data) + 1)
        return data[:at] + data[start:end] + data[at:]
    lines = data.split(b"\n")
    one, other = rng.randrange(len(lines)), rng.randrange(len(lines))
    if kind == "lines":
        lines[one], lines[other] = lines[other], lines[one]
    elif kind == "line":
        if rng.random() < 0.5:
            del lines[one]
        else:
            lines.insert(one, lines[other])
    elif kind == "indent":
        lines[one] = rng.choice([b" ", b"  ", b"\t", b""]) + lines[one].lstrip() if rng.random() < 0.5 else b" " * rng.randint(1, 3) + lines[one]
    else:
        lines.insert(one, rng.choice([b"{% if a %}", b"{% endif %}", b"{% macro m() %}", b"{% endmacro %}", b"{% raw %}", b"{#", b"{{", b"{% call m() %}", b"{% test t(model) %}"]))
    return b"\n".join(lines)


def damage(rng, root, files):
    """Damages one to five files; says what was done."""
    done = []
    # The project's own file is one of many: it is what everything hangs on.
    weights = [8 if path.name in ("dbt_project.yml", "hookproof.yml") else 4 if path.suffix in (".yml", ".yaml") or "macros" in path.parts else 1 for path in files]
    for path in dict.fromkeys(rng.choices(files, weights, k=rng.randint(1, 5))):
        target = root / path
        shown = str(path)
        kind = rng.random()
        if kind < 0.88:
            data = target.read_bytes()
            for _ in range(rng.choice([1, 1, 2, 4])):
                data = damage_bytes(rng, data)
            target.unlink()
            target.write_bytes(data)
            done.append(f"bytes of {shown}")
        elif kind < 0.91:
            target.unlink()
            done.append(f"{shown} removed")
        elif kind < 0.94:
            ending = rng.choice([".sql", ".yml", ".csv", ".SQL", ".txt", "", path.suffix])
            other = path.with_name(path.stem + rng.choice(["", "_a", "é", " ", ".", ".."]) + ending)
            if not (root / other).exists():
                target.rename(root / other)
            done.append(f"{shown} renamed to {other}")
        elif kind < 0.97:
            target.unlink()
            target.mkdir()
            done.append(f"{shown} is a folder")
        else:
            target.unlink()
            to = rng.choice(["nowhere", path.name, "..", "/dev/null", "/proc/self/environ", str(rng.choice(files))])
            target.symlink_to(to)
            done.append(f"{shown} is a link to {to}")
    return done


def copy(folder, to):
    """A copy whose files are links, where the file system has them."""
    def link(source, target):
        try:
            os.link(source, target)
        except OSError:
            shutil.copy2(source, target)
    shutil.copytree(folder, to, symlinks=True, copy_function=link, ignore=shutil.ignore_patterns(".git", "target"))


class Runner:
    def __init__(self, binary, keep):
        self.binary = str(pathlib.Path(binary).resolve())
        self.keep = keep

    def run(self, command, folder, project, limit):
        environment = {"PATH": "/usr/bin:/bin", "HOME": "/nonexistent", "DBT_ENV_SECRET_MARK": SECRET + "Env", "RUST_BACKTRACE": "0"}
        environment.update(project.get("env", {}))
        arguments = [self.binary, *COMMANDS[command], str(folder)]
        if project.get("profiles"):
            arguments += ["--profiles-dir", str(project["profiles"])]

        def bounds():
            resource.setrlimit(resource.RLIMIT_CPU, (int(limit), int(limit) + 1))
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
            resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

        with tempfile.TemporaryFile() as out, tempfile.TemporaryFile() as err:
            child = subprocess.Popen(arguments, stdin=subprocess.DEVNULL, stdout=out, stderr=err, env=environment, cwd="/", preexec_fn=bounds)
            waiting = time.monotonic() + limit * 30
            while True:
                pid, status, used = os.wait4(child.pid, os.WNOHANG)
                if pid:
                    break
                if time.monotonic() > waiting:
                    os.kill(child.pid, signal.SIGKILL)
                time.sleep(0.002)
            child.returncode = 0
            out.seek(0)
            err.seek(0)
            said, warned = out.read(), err.read()
        code = os.waitstatus_to_exitcode(status)
        fault = None
        if code in (-signal.SIGXCPU, -signal.SIGKILL):
            fault = "hang"
        elif code not in (0, 1, 2) or b"panicked" in warned or b"internal error" in warned:
            fault = "crash"
        elif SECRET.encode() in said or SECRET.encode() in warned:
            fault = "leak"
        return {"code": code, "seconds": used.ru_utime + used.ru_stime, "memory": used.ru_maxrss // 1024, "fault": fault, "arguments": arguments, "out": said, "err": warned}

    def kept(self, name, folder, project, command, result, done):
        if not self.keep:
            return
        place = self.keep / name
        if not place.exists():
            shutil.copytree(folder, place / "project", symlinks=True)
        (place / f"{command}.txt").write_text(f"{result['fault']} {result['code']} {result['seconds']:.1f} s\n{result['arguments']}\n{project.get('env')}\n" + "\n".join(done) + "\n\n" + result["err"].decode(errors="replace")[:4000])


def profile_with_secret(project, folder):
    """A copy of the profile in which every password is the secret."""
    if not project.get("profiles"):
        return project
    text = (pathlib.Path(project["profiles"]) / "profiles.yml").read_text()
    profiles = json.loads(text) if text.lstrip().startswith("{") else None
    if profiles is None:
        return project
    for profile in profiles.values():
        for output in profile.get("outputs", {}).values():
            output["password"] = SECRET + "Profile"
    place = folder / "profiles"
    place.mkdir(exist_ok=True)
    (place / "profiles.yml").write_text(json.dumps(profiles))
    return {**project, "profiles": place}


def main():
    arguments = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    arguments.add_argument("binary")
    arguments.add_argument("list")
    arguments.add_argument("--copies", type=int, default=20)
    arguments.add_argument("--first", type=int, default=0, help="the number of the first copy, to do one again")
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--keep", type=pathlib.Path)
    arguments.add_argument("--commands", default=",".join(COMMANDS))
    arguments.add_argument("--only", default="")
    given = arguments.parse_args()
    runner = Runner(given.binary, given.keep)
    commands = given.commands.split(",")
    print("project\tcommand\truns\t0\t1\t2\tcrashes\thangs\tleaks\tseconds\tmost seconds\tmost MB", flush=True)
    for line in pathlib.Path(given.list).read_text().splitlines():
        project = json.loads(line)
        if given.only and project["name"] not in given.only.split(","):
            continue
        counts = {command: {"runs": 0, 0: 0, 1: 0, 2: 0, "crash": 0, "hang": 0, "leak": 0, "seconds": 0.0, "most": 0.0, "memory": 0} for command in commands}
        with tempfile.TemporaryDirectory(prefix="damage", dir=os.environ.get("DAMAGE_TMP")) as place:
            place = pathlib.Path(place)
            project = profile_with_secret(project, place)
            limits = {}

            def tried(command, folder, name, done):
                result = runner.run(command, folder, project, limits.get(command, 120))
                count = counts[command]
                count["runs"] += 1
                if result["code"] in (0, 1, 2):
                    count[result["code"]] += 1
                count["seconds"] += result["seconds"]
                count["most"] = max(count["most"], result["seconds"])
                count["memory"] = max(count["memory"], result["memory"])
                if result["fault"]:
                    count[result["fault"]] += 1
                    print(f"{result['fault']}: {name} {command}: {done}", file=sys.stderr, flush=True)
                    runner.kept(name.replace("/", "__"), folder, project, command, result, done)
                return result

            for command in commands:
                taken = tried(command, project["folder"], project["name"], ["as it is"])["seconds"]
                limits[command] = max(LIMIT, 5 * taken)
            for number in range(given.first, given.first + given.copies):
                rng = random.Random(zlib.crc32(f"{given.seed} {project['name']} {number}".encode()))
                folder = place / f"copy{number}"
                copy(project["folder"], folder)
                files = sorted(path.relative_to(folder) for path in folder.rglob("*") if path.suffix in ENDINGS and path.is_file() and not path.is_symlink())
                done = damage(rng, folder, files)
                for command in commands:
                    tried(command, folder, f"{project['name']}-{number}", done)
                shutil.rmtree(folder)
        for command, count in counts.items():
            print("\t".join(str(cell) for cell in [project["name"], command, count["runs"], count[0], count[1], count[2], count["crash"], count["hang"], count["leak"], f"{count['seconds']:.1f}", f"{count['most']:.1f}", count["memory"]]), flush=True)


main()
