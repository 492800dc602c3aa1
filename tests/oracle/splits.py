#!/usr/bin/env python3
"""Records how dbt-snowflake and dbt-redshift split a hook into statements: the connector's and sqlparse's own code is run.

    python tests/oracle/splits.py > tests/data/splits.json

Needs an interpreter with dbt-snowflake 1.12 (its connector) and sqlparse 0.6.1 (which comes with dbt-core 1.11).
The texts are made from pieces by a seeded generator, so that a second run writes the same file.
"""
import json, random
from io import StringIO

import snowflake.connector.util_text as connector
import sqlparse

PIECES = [
    "select 1", "select 'a;b'", "select 'it''s'", "select 'it\\'s; x'", 'select "a;b"', "insert into t values (1; 2)", "-- note; here\n",
    "// note; here\n", "# note; here\n", "#tag", "/* block; */", "/* two\nlines; */", "$$ body; $$", "$x$ body; $$ ; $x$", "begin", "begin transaction",
    "end", "END IF", "end  loop", "if x then", "if exists", "IF NOT EXISTS", "for i in x loop", "while true do", "case when 1 then 2 end",
    "declare x int", "create or replace procedure p() as", "create table t (a int)", "GO", "go", "t.end", "t . begin", "end.x", "begin(1)", "end(2)",
    ";", "; ", ";\n", ";>", ";;", "; -- tail\n", "; /* tail */", "\n", "\r\n", "  ", "\t", "\u00a0", "'open", '"open', "`a;b`", "[a;b]", "x[1;2]",
    "file://a;b", "!set x=1;\n", "a:=1", "a::int", ":begin", "$1", "@end", "##begin", "%(x)s", "1.5", ".5", "é;ü", "commit", "rollback",
    "declare", "handler for", "\\begin", "()", "(", ")", "do", "loop", "work", "immediate", "on conflict do nothing",
]


def texts():
    rng = random.Random(20240102)
    yield from ("", " ", ";", "-- only", "select 1", "select 1;", "select 1; select 2;", "begin; select 1; commit;")
    for _ in range(1500):
        count = rng.randint(1, 12)
        glue = rng.choice(["", " ", " ", "\n", " ;"])
        yield glue.join(rng.choice(PIECES) for _ in range(count))


def main():
    cases = []
    for text in texts():
        snowflake = [part for part, _ in connector.split_statements(StringIO(text))]
        cases.append({"sql": text, "snowflake": snowflake, "sqlparse": sqlparse.split(text)})
    print("[")
    print(",\n".join(json.dumps(case, ensure_ascii=False) for case in cases))
    print("]")


main()
