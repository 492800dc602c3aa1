"""Writes `dbt.json`: what real dbt selects, of each case of `cases.json`. Run in an interpreter that has dbt-core
1.11 and dbt-duckdb, on a copy of this folder: dbt leaves files behind."""

import contextlib
import io
import json
import sys

from dbt.cli.main import dbtRunner

TYPES = ["model", "seed", "snapshot", "test", "unit_test"]

found = []
for select, exclude, indirect in json.load(open("cases.json")):
    args = ["-q", "ls", "--output", "json", "--output-keys", "unique_id", "--indirect-selection", indirect]
    args += ["--select", *select.split()] if select else []
    args += ["--exclude", *exclude.split()] if exclude else []
    for kind in TYPES:
        args += ["--resource-type", kind]
    with contextlib.redirect_stdout(io.StringIO()):
        result = dbtRunner().invoke(args)
    ids = sorted({json.loads(line)["unique_id"] for line in result.result or []})
    found.append({"select": select, "exclude": exclude, "indirect": indirect, "ids": ids})
with open("dbt.json", "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(one) for one in found) + "\n]\n")
print(len(found), "cases", file=sys.stderr)
