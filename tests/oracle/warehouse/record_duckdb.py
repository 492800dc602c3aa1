"""Runs the scripts of tests/data/simulate/duckdb.sql on a DuckDB in memory and writes what it answered into them, as
record_postgres.py does.

    python record_duckdb.py duckdb.sql
"""

import sys

import duckdb


def main(path):
    with open(path) as file:
        text = file.read()
    whole = []
    for script in text.split("-- script: ")[1:]:
        title, _, body = script.partition("\n")
        connection = duckdb.connect(":memory:")
        out = []
        for block in body.split("\n\n"):
            step = "\n".join(line for line in block.strip().splitlines() if not line.startswith("-->"))
            if not step:
                continue
            try:
                connection.execute(step).fetchall()
                result = "ok"
            except duckdb.Error as error:
                result = "error: " + str(error).splitlines()[0]
            out.append(f"{step}\n--> {result}")
        whole.append(f"-- script: {title}\n" + "\n\n".join(out))
    with open(path, "w") as file:
        file.write("\n\n".join(whole) + "\n")


main(sys.argv[1])
