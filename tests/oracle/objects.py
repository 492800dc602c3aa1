"""Records what the objects of dbt's context become: relations, columns, tables, adapter, config, exceptions.

    python tests/oracle/objects.py ADAPTER tests/data/object_cases.json

The interpreter must have dbt-core 1.11 and the adapter. No warehouse is needed: `execute` is answered with the
rows below, and nothing connects. The cases of ADAPTER in the file are replaced, those of others stay. A template
whose text holds an address in memory, or that needs a connection, is left out.
"""
import argparse
import datetime
import decimal
import json
import os
import re
import sys
import tempfile
import types
import warnings
from pathlib import Path

PROFILES = {
    "postgres": dict(host="h", user="u", password="p", port=5432, dbname="db", schema="sc"),
    "redshift": dict(host="h", user="u", password="p", port=5439, dbname="db", schema="sc"),
    "snowflake": dict(account="a", user="u", password="p", database="db", schema="sc", warehouse="wh"),
    "bigquery": dict(method="oauth", project="db", dataset="sc"),
    "databricks": dict(host="h", http_path="/sql/1", token="t", catalog="db", schema="sc"),
    "spark": dict(method="session", host="h", schema="sc"),
    "duckdb": dict(path=":memory:", schema="sc"),
    "athena": dict(s3_staging_dir="s3://b/p/", region_name="eu-west-1", database="db", schema="sc"),
    "trino": dict(method="none", user="u", host="h", port=80, database="db", schema="sc"),
    "clickhouse": dict(host="h", schema="sc", user="u"),
}

HERE = Path(__file__).parent
NODE = "model.ops.orders"


def rows_of(sql):
    """The rows that a query gives here; none for every other."""
    if "typed" in sql:
        return ["i", "f", "d", "t", "day", "at", "b", "n"], [
            [1, 1.5, decimal.Decimal("2.50"), "x", datetime.date(2024, 1, 2), datetime.datetime(2024, 1, 2, 3, 4, 5), True, None],
            [2, 2.5, decimal.Decimal("3.00"), "it's", None, None, False, None],
        ]
    if "names" in sql:
        return ["id", "name"], [[3, "c"], [1, "a"], [2, "b"], [2, "b"], [None, "z"], [5, "e"]]
    if "none" in sql:
        return ["id", "name"], []
    return None


def project(adapter, folder):
    """Writes the project that the templates are rendered in."""
    for name, text in json.loads((HERE / "objects_project.json").read_text()).items():
        path = Path(folder, name)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text)
    output = {"type": adapter, "threads": 1, **PROFILES[adapter]}
    Path(folder, "profiles.yml").write_text(json.dumps({"p": {"target": "dev", "outputs": {"dev": output}}}))


def load(folder):
    """dbt's config, adapter and manifest of a project."""
    import dbt.flags
    import dbt.tracking
    from dbt.adapters.factory import get_adapter, register_adapter
    from dbt.cli.flags import Flags
    from dbt.cli.main import cli, parse
    from dbt.config.runtime import RuntimeConfig, load_profile, load_project
    from dbt.context.providers import generate_runtime_macro_context
    from dbt.mp_context import get_mp_context
    from dbt.parser.manifest import ManifestLoader
    from dbt_common.context import set_invocation_context

    places = ["--project-dir", folder, "--profiles-dir", folder]
    parent = cli.make_context(cli.name, ["parse", *places])
    dbt.flags.set_flags(Flags(parse.make_context("parse", [*places, "--no-partial-parse"], parent=parent)))
    set_invocation_context(os.environ)
    dbt.tracking.disable_tracking()
    profile = load_profile(folder, {}, None, None, None)
    config = RuntimeConfig.from_parts(load_project(folder, False, profile, {}), profile, dbt.flags.get_flags())
    register_adapter(config, get_mp_context())
    adapter = get_adapter(config)
    adapter.set_macro_context_generator(generate_runtime_macro_context)
    manifest = ManifestLoader.get_full_manifest(config)
    adapter.set_macro_resolver(manifest)
    return config, adapter, manifest


def answer(adapter):
    """Answers `execute` in the warehouse's place."""
    import agate
    from dbt.adapters.contracts.connection import AdapterResponse
    from dbt_common.clients.agate_helper import table_from_data_flat

    def execute(sql, auto_begin=False, fetch=False, limit=None, **_):
        found = rows_of(sql) if fetch else None
        if found is None:
            return AdapterResponse("OK"), agate.Table([])
        names, rows = found
        return AdapterResponse("OK"), table_from_data_flat([dict(zip(names, row)) for row in rows], names)

    adapter.execute = execute


def cached(adapter):
    """Fills the relation cache: the table and the view that get_relation finds."""
    for database, schema in {("db", "sc"), ("memory", "sc"), (None, "sc"), ("", "sc"), ("DB", "SC")}:
        adapter.cache.add_schema(database, schema)
        adapter.cache.update_schemas({(database, schema)})
    adapter._schema_is_cached = lambda *_: True


def templates(adapter):
    """The templates of an adapter, in order."""
    groups = json.loads((HERE / "objects_templates.json").read_text())
    return [t for name, group in groups.items() if name == "all" or adapter in name.split() for t in group]


def outcome(template, context, node, parsing):
    from dbt.clients.jinja import get_rendered

    try:
        return {"text": get_rendered(template, context, node, capture_macros=parsing)}
    except Exception as error:
        message = getattr(error, "msg", None)
        return {"error": str(error) if message is None else str(message)}


def main():
    options = argparse.ArgumentParser()
    options.add_argument("adapter", choices=sorted(PROFILES))
    options.add_argument("file", type=Path)
    options = options.parse_args()
    warnings.filterwarnings("ignore")
    sys.modules.setdefault("pyspark", types.ModuleType("pyspark"))
    with tempfile.TemporaryDirectory() as folder:
        project(options.adapter, folder)
        config, adapter, manifest = load(folder)
        answer(adapter)
        cached(adapter)
        from dbt.context.context_config import ContextConfig
        from dbt.context.providers import generate_parser_model_context, generate_runtime_model_context

        node = manifest.nodes[NODE]
        context_config = ContextConfig(config, node.fqn, node.resource_type, "ops")
        cases = []
        for template in templates(options.adapter):
            case = {"template": template}
            for name, parsing in [("parse", True), ("run", False)]:
                context = (
                    generate_parser_model_context(node, config, manifest, context_config)
                    if parsing
                    else generate_runtime_model_context(node, config, manifest)
                )
                case[name] = outcome(template, context, node, parsing)
            if case["parse"] == case["run"]:
                case = {"template": template, "both": case["run"]}
            if not re.search(r"0x[0-9a-f]{6}|connection never acquired", json.dumps(case)):
                cases.append(case)
    known = json.loads(options.file.read_text()) if options.file.exists() else {}
    known[options.adapter] = cases
    # One case a line.
    lines = lambda cases: ",\n".join(json.dumps(case, ensure_ascii=False) for case in cases)
    adapters = ",\n".join(f"{json.dumps(name)}: [\n{lines(cases)}\n]" for name, cases in sorted(known.items()))
    options.file.write_text(f"{{\n{adapters}\n}}\n")


if __name__ == "__main__":
    main()
