#!/usr/bin/env python3
"""Counts how much of each module a target reaches with its corpus.

    COVERAGE=places target/fuzz/…/release/TARGET -runs=0 CORPUS
    python3 tests/fuzz/coverage.py target/fuzz/…/release/TARGET places [MODULE…]

A line of the source counts if the compiler left a place in it where ways part, and as reached if one of them was.
"""
import collections
import re
import subprocess
import sys

binary, places, *modules = sys.argv[1:]
pairs = [line.split() for line in open(places)]
found = subprocess.run(["addr2line", "-e", binary], input="\n".join(pc for pc, _ in pairs), capture_output=True, text=True, check=True).stdout.splitlines()
lines = collections.defaultdict(dict)
for (_, reached), at in zip(pairs, found):
    place = re.search(r"(?:^|/)src/([a-z_/]+)\.rs:(\d+)", at)
    if place and "/.cargo/" not in at and "/rustc/" not in at:
        lines[place[1]][place[2]] = max(lines[place[1]].get(place[2], 0), int(reached))
for module in modules or sorted({name.split("/")[0] for name in lines}):
    of = [line for name, own in lines.items() if name == module or name.startswith(module + "/") for line in own.values()]
    if of:
        print(f"{module}\t{sum(of)}\t{len(of)}\t{100 * sum(of) // len(of)} %")
