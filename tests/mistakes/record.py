"""Puts every case into the project, runs it with the real dbt twice in each target, and writes what came of it.

Needs dbt-core with the postgres adapter and one or more PostgreSQL servers that hold nothing else: see the README.
"""

import argparse
import gc
import json
import multiprocessing
import os
import re
import shutil
import sys
import tempfile
import time
from collections import Counter
from pathlib import Path

import database
from edits import HERE, Case, Edit, every_case

RECORDED = HERE / 'recorded.json'


def build(project: Path, target: str) -> dict | None:
    """None when `dbt build` succeeds, else its phase, where it failed first and dbt's message."""
    from dbt.cli.main import dbtRunner

    phases = ['parse']

    def note(event) -> None:
        if event.info.name == 'FoundStats':
            phases.append('run')

    arguments = ['build', '--fail-fast', '--target', target, '--project-dir', project, '--profiles-dir', project]
    arguments += ['--target-path', project / 'target', '--log-path', project / 'logs']
    arguments += ['--no-partial-parse', '--no-send-anonymous-usage-stats', '--log-level', 'none']
    arguments += ['--log-level-file', 'none', '--no-version-check', '--quiet', '--no-write-json']
    result = dbtRunner(callbacks=[note]).invoke([str(argument) for argument in arguments])
    if result.success:
        return None
    found = {'phase': phases[-1], 'at': '', 'message': ''}
    if result.exception is not None:
        found['message'] = str(result.exception) or type(result.exception).__name__
        return found
    for run in getattr(result.result, 'results', []):
        if str(run.status) in ('error', 'fail', 'runtime error'):
            return found | {'at': run.node.unique_id, 'message': run.message or ''}
    return found


def keep_trees() -> None:
    """Keeps the trees that dbt's parser only looks at: those of its own macros are the same in every run."""
    from functools import lru_cache

    from jinja2 import Environment

    plain = Environment.parse

    @lru_cache(maxsize=4096)
    def tree(kind: type, source: str):
        return plain(kind.environment, source)

    def parse(self, source, name=None, filename=None):
        type(self).environment = self
        return tree(type(self), source) if name is None and filename is None else plain(self, source, name, filename)

    Environment.parse = parse


def tidy(message: str, project: Path) -> str:
    """dbt's message on a few lines, without what belongs to this machine and this run."""
    text = database.steady(message.replace(str(project), '.'))
    text = re.sub(r'0x[0-9a-f]+', '0x', re.sub(r'port \d+', 'port', text))
    lines = [line.strip() for line in text.splitlines()]
    return ' / '.join(line for line in lines if line)[:400]


def targets(case: Case) -> tuple[str, ...]:
    """The targets to run: prod too where the case can tell them apart."""
    texts = [case.id]
    for edit in case.edits:
        path = HERE / 'project' / edit.file
        text = path.read_text() if edit.find else ''
        at = text.find(edit.find)
        texts += [edit.replace, text[max(at - 200, 0):at + len(edit.find) + 200]]
    return ('dev', 'prod') if any('prod' in text or 'target.name' in text for text in texts) else ('dev',)


def observe(edits: list[Edit], wanted: tuple[str, ...], port: int) -> dict:
    """What the real dbt does with the project after the edits, twice in each target."""
    database.fresh(port)
    with tempfile.TemporaryDirectory() as folder:
        project = Path(folder) / 'project'
        shutil.copytree(HERE / 'project', project)
        for edit in edits:
            edit.apply(project)
        pictures = {}
        for target in wanted:
            for turn in (1, 2):
                failure = build(project, target)
                if failure:
                    if turn == 2 and failure['phase'] == 'run':
                        failure['phase'] = 'second run'
                    return {'failure': {'target': target} | failure | {'message': tidy(failure['message'], project)}}
            pictures[target] = database.picture(port)
        return {'failure': None, 'pictures': pictures}


def differences(before: list[str], after: list[str]) -> list[str]:
    """The lines that one picture has and the other has not, a few of each."""
    old, new = Counter(before), Counter(after)
    lost = sorted((old - new).elements())
    gained = sorted((new - old).elements())
    shown = [f'- {line[:160]}' for line in lost[:3]] + [f'+ {line[:160]}' for line in gained[:3]]
    rest = len(lost) + len(gained) - len(shown)
    return shown + ([f'{rest} more'] if rest else [])


def outcome(case: Case, seen: dict, plain: dict[str, list[str]]) -> dict:
    """The recorded form of what was seen."""
    if seen['failure']:
        return {'measured': 'fails'} | {key: text for key, text in seen['failure'].items() if text}
    measured = 'silent' if case.expect == 'silent' else 'harmless'
    last, picture = list(seen['pictures'].items())[-1]
    changed = differences(plain[last], picture)
    return {'measured': measured, 'effects': changed or 'the same'}


def work(port: int, inbox, outbox) -> None:
    os.environ.update(
        STOREFRONT_PORT=str(port), STOREFRONT_USER=database.USER, STOREFRONT_PASSWORD=database.PASSWORD,
        STOREFRONT_DATABASE=database.NAME, STOREFRONT_HOST='127.0.0.1',
    )
    sys.stdout = sys.stderr = open(os.devnull, 'w')
    keep_trees()
    gc.disable()
    try:
        plain = observe([], ('dev', 'prod'), port)['pictures']
    except Exception as error:
        outbox.put(('the project itself', {'message': repr(error)}))
        return
    while (case := inbox.get()) is not None:
        wanted = targets(case)
        gc.collect()
        try:
            seen = observe(case.edits, wanted, port)
            outbox.put((case.id, {'case': case.digest()} | outcome(case, seen, plain)))
        except Exception as error:
            outbox.put((case.id, {'measured': 'not recorded', 'message': f'{type(error).__name__}: {error}'}))
    outbox.put((None, None))


def record(cases: list[Case], ports: list[int], known: dict) -> dict:
    context = multiprocessing.get_context('spawn')
    inbox, outbox = context.Queue(), context.Queue()
    workers = [context.Process(target=work, args=(port, inbox, outbox)) for port in ports]
    for case in cases:
        inbox.put(case)
    for worker in workers:
        inbox.put(None)
        worker.start()
    expected = {case.id: case.expect for case in cases}
    running, began, done = len(workers), time.monotonic(), 0
    while running:
        name, entry = outbox.get()
        if name is None:
            running -= 1
            continue
        if name not in expected:
            raise SystemExit(f'{name}: {json.dumps(entry, indent=1)[:3000]}')
        known[name] = entry
        done += 1
        odd = '' if entry['measured'] == expected[name] else f'  expected {expected[name]}'
        if entry.get('effects') == 'the same' and entry['measured'] == 'silent':
            odd += '  no effect seen'
        if entry['measured'] == 'harmless' and entry['effects'] != 'the same':
            odd += f"  effects: {entry['effects']}"
        print(f"{done:4} {time.monotonic() - began:6.0f}s {entry['measured']:9} {name}{odd}", flush=True)
        if odd:
            print(f"       {entry.get('phase', '')} {entry.get('message', '')}", flush=True)
        write(known)
    return known


def write(known: dict) -> None:
    lines = ',\n'.join(f'{json.dumps(name)}: {json.dumps(known[name], ensure_ascii=False)}' for name in sorted(known))
    RECORDED.write_text('{\n' + lines + '\n}\n')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument('--port', type=int, action='append', required=True, help='of a server; once for each worker')
    parser.add_argument('--again', action='store_true', help='record also what is recorded')
    parser.add_argument('ids', nargs='*', help='only these')
    options = parser.parse_args()
    cases = every_case()
    known = json.loads(RECORDED.read_text()) if RECORDED.exists() else {}
    known = {case.id: known[case.id] for case in cases if known.get(case.id, {}).get('case') == case.digest()}
    wanted = [case for case in cases if not options.ids or case.id in options.ids]
    wanted = [case for case in wanted if options.again or options.ids or case.id not in known]
    # In no order of kinds, so that a recording that is cut short holds some of each.
    wanted.sort(key=Case.digest)
    write(record(wanted, options.port, known))


if __name__ == '__main__':
    main()
