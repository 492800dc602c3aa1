"""Records what dbt's own macros give, as text with places for their arguments.

    python record.py record --adapter postgres --out DIR     one adapter, in an interpreter that has it
    python record.py merge DIR FILE                          all of them as one file

Each macro runs in dbt's context with markers for arguments (see harness.py). Where a macro asks an argument
something, both answers are followed; so a recorded variant says for which arguments it stands. What depends on
more than arguments is recorded as not known, or not at all.
"""
import itertools, json, re, sys, os, argparse
from harness import *

SKIPPED = re.compile(r"^(materialization_|test_|py_|.*__py_|run_hooks$|statement$|noop_statement$|run_query)")
LIMIT = 160
MISSING = object()


def parameters(macro):
    """[(name, has default, default or MISSING)], and whether the macro takes more."""
    import jinja2.nodes as nodes
    from dbt_common.clients.jinja import get_environment
    tree = get_environment(None, capture_macros=False).parse(macro.macro_sql)
    found = next(tree.find_all(nodes.Macro), None)
    if found is None:
        return None
    more = {n.name for n in found.find_all(nodes.Name)} & {"varargs", "kwargs", "caller"}
    dispatches = any(isinstance(c.node, nodes.Getattr) and c.node.attr == "dispatch" and c.args
                     and isinstance(c.args[0], nodes.Const) and c.args[0].value == macro.name for c in found.find_all(nodes.Call))
    first = len(found.args) - len(found.defaults)
    made = []
    for n, arg in enumerate(found.args):
        if n < first:
            made.append((arg.name, False, MISSING))
            continue
        try:
            made.append((arg.name, True, found.defaults[n - first].as_const()))
        except Exception:
            made.append((arg.name, True, MISSING))
    return made, more, dispatches


class Case:
    """One way to call a macro: a kind for each argument, and answers."""

    def __init__(self, kinds, answers=()):
        self.kinds, self.answers = dict(kinds), dict(answers)

    def key(self):
        return json.dumps([sorted(self.kinds.items()), sorted(self.answers.items())], default=str)

    def but(self, name, kind):
        return Case({**self.kinds, name: kind}, self.answers)


def marker(n, side):
    """The text of an argument: two plain ones, and one with what an escape or a case would change."""
    return (f"zqa{n:02d}q", f"zqbb{n:02d}wwq", f"zqc'{n:02d} \"X\\y\n%s{{b}}Q")[side]


class Filled:
    """The arguments of a case, with what their markers stand for."""

    def __init__(self, dbt, case, side):
        self.values, self.refs, self.relations = {}, [], {}
        for n, (name, kind) in enumerate(case.kinds.items()):
            mark = marker(n, side)
            if kind[0] == "relation":
                mark = marker(n, side % 2)
            if kind[0] == "text":
                self.values[name] = Marker(mark, name)
                self.refs.append((mark, [name]))
            elif kind[0] == "is" and isinstance(kind[2], str):
                self.values[name] = Marker(mark, name, "", (kind[1], kind[2]))
                self.refs.append((mark, [name]))
            elif kind[0] == "number":
                self.values[name] = Number(kind[1], mark.replace("\n", ""), name)
                self.refs.append((mark.replace("\n", ""), [name]))
            elif kind[0] in ("is", "none"):
                self.values[name] = kind[2] if kind[0] == "is" else None
            elif kind[0] == "falsy":
                self.values[name] = kind[1]
            elif kind[0] == "list":
                marks = [f"{mark}i{i}z" for i in range(kind[1])]
                self.values[name] = [Marker(m, f"{name}[]") for m in marks]
                self.refs += [(m, [name, "item", i]) for i, m in enumerate(marks)]
            elif kind[0] == "relation":
                self.add_relation(dbt, name, mark, kind[1], side)
                self.values[name] = self.relations[name]
        self.add_relation(dbt, "this", "zqthis" + "qwq"[side], "table", side)
        for text, ref in (("zqtgtdb", ["target", "database"]), ("zqtgtsc", ["target", "schema"]), ("zqtarget", ["target", "name"]),
                          ("zqctxsc", ["context", "schema"]), ("zqctxdb", ["context", "database"])):
            self.refs.append((text, ref))

    def add_relation(self, dbt, name, mark, kind, side):
        parts = {"database": f"{mark}d", "schema": f"{mark}s", "identifier": f"{mark}t"}
        marks = {key: Marker(text, f"{name}.{key}") for key, text in parts.items()}
        plain = dbt.relation(*parts.values(), kind=kind, quoted=side == 1)
        made = dbt.relation(*marks.values(), kind=kind, quoted=side == 1)
        self.relations[name] = made
        add = lambda text, ref: text and self.refs.append((text, ref))
        add(plain.render(), [name])
        for key, text in parts.items():
            add(text, [name, key])
            add(text.upper(), [name, key, "upper"])
        chosen = list(parts)
        for size in (3, 2, 1):
            for some in itertools.combinations(chosen, size):
                shown = plain.include(**{key: key in some for key in chosen})
                for quotes in (None, (True,) * 3, (False,) * 3):
                    if size == 1 and quotes:
                        continue
                    try:
                        one = shown if quotes is None else shown.quote(**dict(zip(chosen, quotes)))
                        how = "" if quotes is None else ("quoted" if quotes[0] else "unquoted")
                        if some != ("identifier",) or True:
                            add(one.render(), [name, "include", ",".join(some), *([how] if how else [])])
                    except Exception:
                        pass
        for key in chosen:
            add(plain.quoted(parts[key]) if hasattr(plain, "quoted") else None, [name, key, "quoted"])

    def all_refs(self):
        """Texts with what they stand for; the longest first, and of equal ones the plainest."""
        refs = list(self.refs)
        for text, (tag, form) in LOG.changes.items():
            if not tag.endswith("[]"):
                refs.append((text, tag.split(".") + form.split("|")))
        return sorted(refs, key=lambda r: (-len(r[0]), len(r[1])))

    def pieces(self, text):
        """Text as pieces: text, and what stands for an argument."""
        refs = self.all_refs()
        made, at, plain = [], 0, ""
        while at < len(text):
            found = next((r for r in refs if text.startswith(r[0], at)), None) if text[at] in "zZ\"`[" or True else None
            if found:
                if plain:
                    made.append(plain)
                    plain = ""
                made.append(found[1])
                at += len(found[0])
            else:
                plain += text[at]
                at += 1
        if plain:
            made.append(plain)
        if any(isinstance(p, str) and re.search("zq[abct]", p, re.I) for p in made):
            raise Unfit("a marker was changed")
        return made

    def text(self, pieces):
        """The text that pieces stand for: the other way."""
        by_ref = {}
        for text, ref in self.all_refs():
            by_ref.setdefault(json.dumps(ref), []).append(text)
        return [p if isinstance(p, str) else by_ref.get(json.dumps(p), [None])[0] for p in pieces]

    def shown(self, value, depth=0):
        """A returned value."""
        from dbt.adapters.base.relation import BaseRelation
        if isinstance(value, Result):
            return {"result": value.of}
        if value is None or isinstance(value, (bool, int, float)):
            return {"value": value}
        if isinstance(value, str):
            return self.pieces(plain(value))
        if isinstance(value, BaseRelation):
            source = next((name for name, r in self.relations.items() if name != "this"), "this")
            of = self.relations[source]
            if value.quote_policy != of.quote_policy or value.include_policy != of.include_policy:
                raise Unfit("another policy")
            part = lambda text: None if text is None else self.pieces(plain(text))
            kind = value.type
            return {"relation": source, "database": part(value.database), "schema": part(value.schema),
                    "identifier": part(value.identifier), "type": "same" if kind == of.type else None if kind is None else str(getattr(kind, "value", kind))}
        if isinstance(value, (list, tuple)) and depth < 2:
            return {"list": [self.shown(item, depth + 1) for item in value]}
        raise Unfit(f"returns {type(value).__name__}")


def outcome(filled, how, value):
    """What a call did, in pieces."""
    made = {}
    queries = [filled.pieces(sql) for sql in LOG.queries]
    if queries:
        made["queries"] = queries
    if how == "value":
        made["gives"] = filled.shown(value)
    elif how == "error":
        made["error"] = filled.pieces(value)
    elif how == "world":
        made["unknown"] = value
    else:
        raise Unfit(value)
    if LOG.config:
        made["config"] = dict(LOG.config)
    return made


def tests_of(ops, name):
    """What was asked of an argument that is just text."""
    asked = []
    for tag, what, other in ops:
        if tag != name:
            continue
        if what == "eq":
            asked.append(["is", *other])
        elif what == "is":
            asked.append(["type", other])
        elif what in ("truth", "text", "hash"):
            asked.append([what])
    return asked


class Recording:
    def __init__(self, dbt):
        self.dbt = dbt
        self.types = []
        for kind in (None, "table", "view", "materialized_view", "external", "dynamic_table", "interactive_table",
                     "streaming_table", "foreign", "metric_view", "dictionary", "distributed_table"):
            try:
                if str(getattr(dbt.relation("d", "s", "i", kind).type, "value", None)) == str(kind):
                    self.types.append(kind)
            except Exception:
                pass

    def alternatives(self, case, ops):
        """Other cases that what was asked leads to."""
        for tag, what, other in ops:
            name = tag.split(".")[0].removesuffix("[]")
            if name not in case.kinds or name != tag or case.kinds[name][0] != "text":
                continue
            if what == "truth":
                for value in (None, "", False):
                    yield case.but(name, ("falsy", value))
            elif what == "is" and other == "none":
                yield case.but(name, ("none",))
            elif what == "eq":
                yield case.but(name, ("none",) if other[1] is None else ("is", other[0], other[1]))
            elif what == "iter":
                for n in (0, 1, 2, 3):
                    yield case.but(name, ("list", n))
            elif what == "number":
                for value in (1000, 300, 130, 90, 60, 30, 14, 7, 5, 3, 2, 1, 0, -2, -30):
                    yield case.but(name, ("number", value))
            elif what == "attr":
                for kind in self.types:
                    yield case.but(name, ("relation", kind))

    def run(self, macro, case, runs):
        """The outcome of a case; it must be the same with both sides' markers."""
        LOG.answers = case.answers
        made = []
        for side in (1, 0, 2):
            filled = Filled(self.dbt, case, side)
            self.dbt.run["this"] = self.dbt.parse["this"] = filled.relations["this"]
            how, value = self.dbt.call(macro, filled.values, runs)
            ops, asked, called = list(LOG.ops), list(LOG.asked), list(LOG.called)
            if side == 2:
                # What was read from plain markers must hold for any text.
                wild = any(kind[0] in ("text", "is", "list") for kind in case.kinds.values())
                if wild and not self.same(made[0][0], filled, how, value):
                    return None, ops, asked, called
                continue
            try:
                made.append((outcome(filled, how, value), filled))
            except Unfit as why:
                return None, ops, asked, called
            if side == 0 and made[0][0] != made[1][0]:
                # Text that is a part in one and a whole in the other: what fits both is the first's.
                first, raw = made[0][0], (how, value)
                if not self.same(first, filled, how, value):
                    return None, ops, asked, called
        return made[0][0], ops, asked, called

    def same(self, first, filled, how, value):
        """Whether an outcome of one side, filled with the other side's markers, is what came there."""
        def fill(pieces):
            parts = filled.text(pieces)
            return None if None in parts else "".join(parts)
        if [fill(q) for q in first.get("queries", [])] != list(LOG.queries):
            return False
        if how == "value" and "gives" in first:
            return self.same_value(fill, first["gives"], value)
        if how == "world":
            return first.get("unknown") == value
        if how == "error" and "error" in first:
            return fill(first["error"]) == value
        return False

    def same_value(self, fill, gives, value):
        if isinstance(gives, list):
            return isinstance(value, str) and fill(gives) == plain(value)
        if "value" in gives:
            return gives["value"] == value
        if "list" in gives:
            return len(value) == len(gives["list"]) and all(self.same_value(fill, g, v) for g, v in zip(gives["list"], value))
        if "relation" in gives:
            part = lambda key: None if gives[key] is None else fill(gives[key])
            return all(part(key) == (None if (v := getattr(value, key)) is None else plain(v))
                       for key in ("database", "schema", "identifier"))
        return isinstance(value, Result)

    def record(self, name):
        macro = self.dbt.macro(name)
        found = parameters(macro) if macro is not None else None
        if not found:
            return None
        params, more, dispatches = found
        if more:
            return None
        start = Case({p: ("text",) for p, _, _ in params})
        work, seen, variants, called_all, cut = [start], set(), [], set(), False
        for p, has, default in params:
            if has and default is MISSING:
                work.append(start.but(p, ("absent",)))
        while work:
            case = work.pop(0)
            if case.key() in seen:
                continue
            if len(seen) >= LIMIT:
                cut = True
                break
            seen.add(case.key())
            made, ops, asked, called = self.run(macro, case, True)
            called_all |= set(called)
            work += [c for c in self.alternatives(case, ops)]
            for question in asked:
                if question not in case.answers:
                    for answer in (True, False):
                        work.append(Case(case.kinds, {**case.answers, question: answer}))
            if any(q not in case.answers for q in asked) or made is None:
                continue
            # Text where a relation or a list is meant is a mistake of the caller.
            if any(w in ("attr", "iter", "unfit", "hash", "number") and case.kinds.get(t, ("",))[0] == "text" for t, w, _ in ops):
                continue
            when = {}
            for p, kind in case.kinds.items():
                if kind[0] == "text":
                    asked_of = tests_of(ops, p)
                    if asked_of:
                        when[p] = ["not", asked_of]
                elif kind[0] == "number":
                    when[p] = ["number", [list(o) for t, w, o in ops if t == p and w == "compared"]]
                else:
                    when[p] = list(kind)
                parts = sorted({t.split(".")[1] for t, w, _ in ops if t.startswith(p + ".")})
                if any(w not in ("truth", "text") and not (w == "is" and o == "none") and not (w == "eq" and o[1] is None)
                       for t, w, o in ops if t.startswith(p + ".")):
                    when = None
                    break
                if parts:
                    when[p] = when[p] + [{"with": parts}]
            if when is None:
                continue
            variant = {"when": when, **made}
            if case.answers:
                variant["asks"] = case.answers
            parsed, *_ = self.run(macro, case, False)
            told = lambda one: {k: v for k, v in one.items() if k not in ("queries", "config")}
            if parsed is None:
                variant["parse"] = {"unknown": "not recorded"}
            elif told(parsed) != told(made) or "queries" in parsed:
                variant["parse"] = parsed
            variants.append(variant)
        if cut:
            return None
        variants = joined(merged(agreed(variants), len(self.types)))
        if not variants or all("unknown" in v and "queries" not in v for v in variants):
            return None
        shown = [[p] if not has else [p, default] if default is not MISSING else [p, None, "computed"] for p, has, default in params]
        calls = sorted({base(c) for c in called_all} - {base(name)})
        made = {"macro": name, "params": shown, "calls": calls, "variants": variants}
        if dispatches:
            made["dispatches"] = True
        return made


def base(name):
    return name.split("__", 1)[1] if "__" in name[1:] else name


def rest(variant, name):
    return json.dumps({**variant, "when": {k: v for k, v in variant["when"].items() if k != name}}, sort_keys=True, default=str)


def agreed(variants):
    """Variants of one condition as one, where they agree."""
    made = {}
    for variant in variants:
        made.setdefault(json.dumps([variant["when"], variant.get("asks")], default=str), []).append(variant)
    return [found[0] for found in made.values() if all(json.dumps(v) == json.dumps(found[0]) for v in found)]


def merged(variants, types):
    """Variants that differ only in a relation's type, or in which false value was given, as one."""
    for name in {n for v in variants for n in v["when"]}:
        groups, kept = {}, []
        for variant in variants:
            kind = variant["when"].get(name, [""])
            if kind[0] in ("relation", "falsy"):
                key = (kind[0], json.dumps(kind[2:], sort_keys=True), rest(variant, name))
                groups.setdefault(key, []).append((kind[1], variant))
            else:
                kept.append(variant)
        for (what, tail, _), found in groups.items():
            values, variant = [v for v, _ in found], found[0][1]
            tail = json.loads(tail)
            if what == "relation":
                kind = ["relation", *([] if len(values) == types else [values]), *tail]
            else:
                kind = ["falsy"] if len(values) == 3 else ["falsy", values]
            kept.append({**variant, "when": {**variant["when"], name: kind}})
        variants = kept
    return variants


def joined(variants):
    """Lists of one, two and three items as lists of any number of items."""
    for name in {n for v in variants for n, k in v["when"].items() if k[0] == "list"}:
        groups, kept = {}, []
        for variant in variants:
            kind = variant["when"].get(name, [""])
            if kind[0] != "list":
                kept.append(variant)
            elif kind[1] == 0:
                kept.append(variant)
            else:
                others = json.dumps({k: v for k, v in variant["when"].items() if k != name}, sort_keys=True)
                groups.setdefault(others, {})[kind[1]] = variant
        for found in groups.values():
            if set(found) == {1, 2, 3}:
                one = one_join(name, [found[n] for n in (1, 2, 3)])
                if one:
                    kept.append(one)
        variants = kept
    return variants


def one_join(name, three):
    texts = [[v.get("gives")] + v.get("queries", []) for v in three]
    if any(len(t) != len(texts[0]) or set(v) != set(three[0]) or not isinstance(v.get("gives"), list) for t, v in zip(texts, three)):
        return None
    made = []
    for pieces in zip(*texts):
        sep = None
        def split(p):
            at = [i for i, x in enumerate(p) if isinstance(x, list) and x[:2] == [name, "item"]]
            return at
        ats = [split(p) for p in pieces]
        if not any(ats):
            if pieces[0] != pieces[1] or pieces[1] != pieces[2]:
                return None
            made.append(pieces[0])
            continue
        if [len(a) for a in ats] != [1, 2, 3]:
            return None
        two = pieces[1]
        between = two[ats[1][0] + 1:ats[1][1]]
        if not all(isinstance(x, str) for x in between):
            return None
        sep = "".join(between)
        before, after = pieces[0][:ats[0][0]], pieces[0][ats[0][0] + 1:]
        item = lambda i: [name, "item", i]
        flat = lambda p: json.dumps(squeezed(p))
        sep_pieces = [sep] if sep else []
        if flat(two) != flat(before + [item(0)] + sep_pieces + [item(1)] + after):
            return None
        if flat(pieces[2]) != flat(before + [item(0)] + sep_pieces + [item(1)] + sep_pieces + [item(2)] + after):
            return None
        made.append(before + [[name, "join", sep]] + after)
    variant = {**three[0], "gives": made[0], "when": {**three[0]["when"], name: ["list"]}}
    if "queries" in variant:
        variant["queries"] = made[1:]
    variant.pop("parse", None)
    return variant


def squeezed(pieces):
    made = []
    for p in pieces:
        if isinstance(p, str) and made and isinstance(made[-1], str):
            made[-1] += p
        else:
            made.append(p)
    return made


def record(options):
    dbt = Adapter(options.adapter, options.sources)
    recording = Recording(dbt)
    made = []
    for name in dbt.names():
        if SKIPPED.match(name) or options.only and name not in options.only:
            continue
        try:
            one = recording.record(name)
        except BaseException as failure:
            if isinstance(failure, (KeyboardInterrupt, SystemExit)):
                raise
            print(options.adapter, name, type(failure).__name__, failure, file=sys.stderr)
            continue
        if one:
            made.append(one)
    os.makedirs(options.out, exist_ok=True)
    with open(os.path.join(options.out, options.adapter + ".json"), "w") as file:
        json.dump(made, file, default=str)
    print(options.adapter, len(dbt.names()), "macros,", len(made), "recorded,",
          sum(len(m["variants"]) for m in made), "variants")


# What builds catalogs, snapshots, seeds, tests and Python models: no hook calls it.
UNUSED = re.compile(r"catalog|snapshot(?!_get_time|_hash_arguments|_string_as_time)|unit_test|fixture|_csv|microbatch|__test_|^test_|_function_|aggregate_function|teardown"
                    r"|column_stats|table_stats|_get_columns_sql|reconcile|python|fiscal|compare_|svv_table|binding_char")
LONGEST = 40000


def lean(one, all_of):
    """A macro without what need not be written down."""
    for variant in one["variants"]:
        if False in variant.get("asks", {}).values():
            variant.pop("parse", None)   # while dbt parses, the first answer stands
    shown = lambda variants: json.dumps(variants, sort_keys=True)
    # A message that names the marker's own type is none of dbt's.
    one["variants"] = [v for v in one["variants"] if not re.search("Marker|MagicMock|Spy|harness|catching classes|/tmp|s3://b/", shown(v))]
    if not one["variants"]:
        return None
    if len(shown(one["variants"])) > LONGEST:
        one["variants"] = [v for v in one["variants"] if False not in v.get("asks", {}).values()]
    if len(shown(one["variants"])) > LONGEST:
        return None
    for other in all_of:
        if one.get("dispatches") and other["macro"].endswith("__" + one["macro"]):
            if shown(other["variants"]) == shown(one["variants"]) and [p[0] for p in other["params"]] == [p[0] for p in one["params"]]:
                return {**{k: v for k, v in one.items() if k != "variants"}, "same": other["macro"]}
    return one


def merge(options):
    groups = {}
    for path in sorted(glob.glob(os.path.join(options.folder, "*.json"))):
        adapter = os.path.basename(path)[:-5]
        found = [one for one in json.load(open(path)) if not UNUSED.search(one["macro"])]
        found = [one for one in map(lambda one: lean(one, []), found) if one]
        for one in found:
            one = lean(one, found)
            groups.setdefault((one["macro"], json.dumps(one)), []).append(adapter)
    lines = []
    for (name, shown), adapters in sorted(groups.items(), key=lambda g: (g[0][0], g[1])):
        one = json.loads(shown)
        lines.append(json.dumps({"macro": one.pop("macro"), "adapters": adapters, **one}, ensure_ascii=False, separators=(",", ":")))
    with open(options.file, "w") as file:
        file.write("\n".join(lines) + "\n")
    print(len(lines), "lines,", sum(map(len, lines)), "characters")


if __name__ == "__main__":
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers(dest="command", required=True)
    one = commands.add_parser("record")
    one.add_argument("--out", required=True)
    one.add_argument("--only", nargs="*")
    one.add_argument("--adapter", required=True)
    one.add_argument("--sources", help="the unpacked package of an adapter that is not installed")
    all_ = commands.add_parser("merge")
    all_.add_argument("folder")
    all_.add_argument("file")
    options = parser.parse_args()
    record(options) if options.command == "record" else merge(options)
