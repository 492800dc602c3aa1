"""Calls of dbt's own macros with plain arguments, and what dbt makes of them: the cases of tests/macros.rs.

    python cases.py --adapter postgres --names NAMES.json --out DIR      one adapter, in an interpreter that has it
    python cases.py sample DIR FILE                                      a part of them, to keep

NAMES.json is what record.py wrote for the adapter. Each case is the text of a hook; what it prints, or the error, and
what it executes are written down.
"""
import argparse, json, os
from harness import *
from record import parameters, UNUSED

POOL = {
    "datepart": ["'day'", "'week'", "'month'", "'quarter'", "'year'", "'hour'", "'minute'", "'second'", "'DAY'", "'fortnight'"],
    "interval": ["1", "-3", "'x + 1'"],
    "part_number": ["1", "2", "0", "-2"],
    "upper_bound": ["1", "2", "7", "90"],
    "limit_num": ["none", "5"],
    "order_by_clause": ["none", "'order by a'", "''"],
    "type": ["'text'", "'GEOGRAPHY'", "dbt.type_int()", "'numeric(10, 2)'"],
    "data_type": ["'text'", "'integer'"],
    "custom_schema_name": ["none", "'stage'", "' stage '"],
    "custom_database_name": ["none", "'other'"],
    "fields": ["['a', 'b', 'c']", "['a']", "[]"],
    "inputs": ["['a', 'b']", "[1, 2, 3]", "[]"],
    "grantees": ["['r1', 'r2']", "['r1']"],
    "column_names": ["['a', 'b']"],
    "value": ["'abc'", "\"it's\"", "5"],
    "expression": ["'a'", "\"it's\"", "\"a'b\\\\c\""],
    "temporary": ["true", "false"],
    "should_revoke": ["true", "false"],
    "suffix": ["'__tmp'", "'_x'"],
    "limit": ["none", "10"],
}
RELATION = "api.Relation.create(database='Db1', schema='sc', identifier='Tab', type='{}')"
KINDS = ("table", "view")


def pool(name, when):
    if any(kind[0] == "relation" for kind in when):
        return [RELATION.format(kind) for kind in KINDS]
    if name in POOL:
        return POOL[name]
    if any(kind[0] == "list" for kind in when):
        return ["['a', 'b', 'c']", "['a']", "[]"]
    given = [json.dumps(k[2]) if isinstance(k[2], str) else str(k[2]) for k in when if k[0] == "is" and isinstance(k[2], (str, int))]
    return ["'col_a'", "\"it's\"", *given[:4]]


def calls(macro, params, variants):
    """The arguments of a few calls: the first of each pool, then each other one in turn."""
    pools = [(p, pool(p, [v["when"][p] for v in variants if p in v.get("when", {})])) for p, _, _ in params]
    base = [values[0] for _, values in pools]
    yield ", ".join(base)
    for n, (_, values) in enumerate(pools):
        for value in values[1:]:
            yield ", ".join(base[:n] + [value] + base[n + 1:])
    if base:
        yield ", ".join(f"{p}={value}" for (p, _), value in zip(pools, base))
        optional = [n for n, (_, has, _) in enumerate(params) if has]
        if optional:
            yield ", ".join(base[:optional[0]])
        yield ", ".join(base + ["1"])
        yield ", ".join(base + ["nope=1"])


def main(options):
    dbt = Adapter(options.adapter, options.sources)
    from dbt.clients.jinja import get_rendered
    from dbt.context import providers
    from dbt_common.clients.agate_helper import empty_table
    from dbt.adapters.contracts.connection import AdapterResponse
    context = providers.generate_runtime_model_context(dbt.model, dbt.config, dbt.manifest)

    def execute(sql, auto_begin=False, fetch=False, limit=None, **kwargs):
        LOG.queries.append(plain(sql) if isinstance(sql, str) else str(sql))
        return AdapterResponse("OK"), empty_table()

    dbt.adapter.execute = execute
    made = []
    for one in json.load(open(options.names)):
        name = one["macro"]
        if UNUSED.search(name) or name.startswith(("get_column", "list_", "check_")):
            continue
        macro = dbt.macro(name)
        params, _, _ = parameters(macro)
        for n, arguments in enumerate(dict.fromkeys(calls(macro, params, one["variants"]))):
            if "__" in name[1:] and n > 0:
                break
            hook = "{%% if execute %%}{{ dbt.%s(%s) }}{%% endif %%}" % (name, arguments)
            LOG.clear()
            case = {"adapter": options.adapter, "hook": hook}
            try:
                with contextlib.redirect_stdout(io.StringIO()):
                    case["text"] = get_rendered(hook, context, None)
            except (World, Unfit):
                continue
            except Exception as failure:
                case["error"] = str(getattr(failure, "msg", failure))
            through = "run_query" in LOG.called
            strip = lambda sql: sql[5:-3] if through and sql.startswith("\n    ") and sql.endswith("\n  ") else sql
            if LOG.queries:
                case["queries"] = [strip(sql) for sql in LOG.queries]
            if "MagicMock" not in json.dumps(case):
                made.append(case)
    os.makedirs(options.out, exist_ok=True)
    with open(os.path.join(options.out, options.adapter + ".json"), "w") as file:
        json.dump(made, file, indent=0)
    print(options.adapter, len(made), "cases")


def sample(folder, file):
    """A part of all cases that is small enough to keep: short ones, a few of each macro."""
    kept = []
    for path in sorted(glob.glob(os.path.join(folder, "*.json"))):
        count = {}
        for case in json.load(open(path)):
            name = case["hook"].split("dbt.", 1)[1].split("(")[0]
            size = len(json.dumps(case))
            seen = count.get(name, 0)
            if "__" in name[1:] or size > 600 or seen >= (2 if name not in POOLED else 6):
                continue
            count[name] = seen + 1
            if is_json(case.get("text")):
                continue   # an on-run hook that is JSON is not the text itself
            if "takes no keyword argument" in case.get("error", "") and name not in POOLED:
                continue
            kept.append(case)
    with open(file, "w") as out:
        out.write("[\n" + ",\n".join(json.dumps(case, ensure_ascii=False) for case in kept) + "\n]\n")
    print(len(kept), "cases kept")


def is_json(text):
    try:
        json.loads(text)
        return True
    except (TypeError, ValueError):
        return False


# Macros whose text depends on what the argument says.
POOLED = ("dateadd", "datediff", "date_trunc", "last_day", "listagg", "split_part", "escape_single_quotes", "cast", "safe_cast")


if __name__ == "__main__" and sys.argv[1:2] == ["sample"]:
    sample(*sys.argv[2:4])
elif __name__ == "__main__":
    parser = argparse.ArgumentParser()
    for name in ("--adapter", "--names", "--out"):
        parser.add_argument(name, required=True)
    parser.add_argument("--sources")
    main(parser.parse_args())
