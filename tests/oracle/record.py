#!/usr/bin/env python3
"""Records what the real dbt-core does with the hooks of a case, byte for byte.

    python record.py run CASE...                 record the named cases, write their recorded.json
    python record.py all [--adapter X]           record every case
    python record.py check [CASE...]             record again, compare with what is stored, exit 1 on a difference
    python record.py twice --port N [CASE...]    run the cases of duckdb and postgres twice, write their twice.json

A case is a folder below cases/ (a name or a path does). The interpreter needs dbt-core 1.11 and the adapter of the
case; a case whose adapter is missing is reported as skipped. README.md describes cases and recordings.
"""

import os
import sys

# dbt iterates over sets of names; a fixed seed gives them one order. It can only be set before Python starts.
if os.environ.get("PYTHONHASHSEED") != "0":
    os.environ["PYTHONHASHSEED"] = "0"
    os.execv(sys.executable, [sys.executable, *sys.argv])

from recorder.cli import main  # noqa: E402

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
