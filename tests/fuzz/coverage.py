#!/usr/bin/env python3
"""Counts how much of each module a target reaches with its corpus.

    COVERAGE=places target/fuzz/…/release/TARGET -runs=0 CORPUS
    python3 tests/fuzz/coverage.py target/fuzz/…/release/TARGET places [MODULE…]

Gives a line for each module, such as `jinja::parse`: its functions that were reached and all of them, and the same of
the places that the compiler left where ways part. A function belongs to the module whose path its name begins with.
"""
import bisect
import re
import subprocess
import sys

binary, places, *modules = sys.argv[1:]
listed = subprocess.run(["nm", "--defined-only", "-C", binary], capture_output=True, text=True, check=True).stdout.splitlines()
symbols = sorted((int(line.split(" ", 2)[0], 16), line.split(" ", 2)[2]) for line in listed if line[17:18] in ("t", "T"))
starts = [at for at, _ in symbols]
of = {}
for line in open(places):
    address, reached = line.split()
    at = bisect.bisect_right(starts, int(address, 16)) - 1
    # `<T as Trait>::name` belongs to T.
    found = re.match(r"(?:<&?)*hookproof::([a-z_0-9:]+)", symbols[at][1]) if at >= 0 else None
    if found:
        own = of.setdefault(symbols[at][0], [found[1] + "::", 0, 0])
        own[1] += int(reached)
        own[2] += 1
for module in modules or sorted({name.split("::")[0] for name, _, _ in of.values()}):
    within = [own for own in of.values() if own[0].startswith(module + "::")]
    functions, reached, known = sum(own[1] > 0 for own in within), sum(own[1] for own in within), sum(own[2] for own in within)
    if known:
        print(f"{module}\t{functions} of {len(within)} functions\t{reached} of {known} places\t{100 * reached // known} %")
