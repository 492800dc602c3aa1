#!/usr/bin/env python3
"""Records what dbt's Jinja gives for random templates over random contexts, errors included.

    python tests/oracle/templates.py > tests/data/template_cases.json
    python tests/oracle/templates.py --seed 7 --count 20000 > /tmp/more.json

Needs an interpreter with dbt-core 1.11. The templates are made by a seeded generator and rendered by dbt's own
`get_rendered`: a second run writes the same file. What takes longer than a second, or prints an address in memory,
is left out. `HOOKPROOF_TEMPLATES=/tmp/more.json cargo test --test jinja` compares another file.
"""
import argparse
import copy
import json
import random
import signal

from dbt.clients.jinja import get_rendered

WORDS = ["a", "b", "id", "amount", "Order", "ORDERS", "stg_orders", "x y", "", "it's", 'say "hi"', "é", "naïve", "10", "3.5", " pad ", "a,b,c", "%s", "{}", "{0}-{1}", "<b>", "&", "\\", "\n", "tab\there",
         "2024-01-02", "none", "true", "日本", "snake_case_name", "CamelCase", "-1"]
NUMBERS = [0, 1, 2, 3, 5, 7, 10, 12, 42, 100, -1, -7, 255, 1000, 123456789, 2**31, 2**63, 10**20]
FLOATS = [0.0, 0.1, 0.5, 1.0, 1.5, 2.675, -0.0, -2.5, 3.14159, 1e-7, 1e16, 1e22, 123456.789]
KEYS = ["a", "b", "name", "type", "n", "items", "keys", "value", "1"]


class Context:
    """Values of the names that templates use: JSON, so that any reader has the same."""

    def __init__(self, rng):
        self.rng = rng

    def value(self, depth=0):
        rng = self.rng
        kind = rng.choice(["str", "str", "int", "float", "bool", "none"] + (["list", "dict"] if depth < 2 else []))
        if kind == "list":
            return [self.value(depth + 1) for _ in range(rng.randint(0, 4))]
        if kind == "dict":
            return {rng.choice(KEYS): self.value(depth + 1) for _ in range(rng.randint(0, 4))}
        return {"str": rng.choice(WORDS), "int": rng.choice(NUMBERS), "float": rng.choice(FLOATS), "bool": rng.random() < 0.5, "none": None}[kind]

    def all(self):
        rng = self.rng
        return {
            "s": rng.choice(WORDS), "t": rng.choice(WORDS), "n": rng.choice(NUMBERS), "m": rng.choice(NUMBERS), "x": rng.choice(FLOATS), "flag": rng.random() < 0.5, "nothing": None,
            "words": [rng.choice(WORDS) for _ in range(rng.randint(0, 5))], "numbers": [rng.choice(NUMBERS) for _ in range(rng.randint(0, 5))],
            "d": {key: self.value(1) for key in rng.sample(KEYS, rng.randint(0, 4))},
            "rows": [{"name": rng.choice(WORDS), "n": rng.choice(NUMBERS), "type": rng.choice(["int", "text", None])} for _ in range(rng.randint(0, 4))],
            "any": self.value(), "target": {"name": rng.choice(["dev", "prod"]), "schema": "analytics", "threads": 4, "type": "postgres"},
        }


STRING_METHODS = ["upper()", "lower()", "strip()", "title()", "capitalize()", "split()", "split(',')", "split('_', 1)", "replace('a', 'b')", "startswith('a')", "endswith('s')", "find('o')", "zfill(5)",
                  "isdigit()", "isalpha()", "count('a')", "join(words)", "format(n, s)", "lstrip('a ')", "rstrip()", "splitlines()", "partition('_')", "center(9, '*')", "ljust(6)~'|'", "swapcase()",
                  "index('z')", "encode('utf-8')", "rsplit('_', 1)", "casefold()", "removeprefix('stg_')", "removesuffix('s')", "isupper()", "istitle()", "isspace()", "rfind('a')", "rjust(4, '0')"]
LIST_METHODS = ["append(n)", "index(1)", "count(1)", "pop()", "insert(0, s)", "extend([1])", "reverse()", "sort()", "copy()", "remove(1)", "pop(0)", "clear()"]
DICT_METHODS = ["items()", "keys()", "values()", "get('a')", "get('zz', 1)", "update({'zz': 1})", "pop('a', none)", "copy()", "items()|list", "keys()|list", "setdefault('q', 2)", "pop('zz')"]
STRING_FILTERS = ["upper", "lower", "trim", "title", "capitalize", "length", "replace('a', 'b')", "truncate(5)", "truncate(6, true, '')", "wordcount", "int", "float", "int(3)", "list", "e", "safe", "urlencode", "indent(2)",
                  "center(8)", "reverse", "first", "last", "string", "format(1)", "default('z')", "striptags", "join('.')", "unique|list", "sort", "tojson", "as_bool", "as_number", "as_native", "as_text", "batch(2)|list",
                  "wordwrap(4)", "count", "forceescape", "min", "max"]
NUMBER_FILTERS = ["abs", "int", "float", "round", "round(1)", "round(0, 'floor')", "string", "default(1)", "filesizeformat", "tojson", "as_number", "length", "upper", "e"]
LIST_FILTERS = ["length", "first", "last", "join", "join(', ')", "sort", "sort(reverse=true)", "unique|list", "reverse|list", "list", "sum", "min", "max", "map('upper')|list", "map('string')|join('-')", "map('length')|list",
                "select|list", "reject('none')|list", "select('string')|list", "select('gt', 3)|list", "batch(2)|list", "slice(2)|list", "tojson", "string", "default([])", "select('in', ['a', 'b'])|list",
                "count", "map('int', 0)|sum", "reject('odd')|list", "pprint", "max|string", "map('default', 'q', true)|join", "indent", "upper"]
ROWS_FILTERS = ["map(attribute='name')|list", "map(attribute='n')|sum", "selectattr('type')|list|length", "selectattr('type', 'equalto', 'int')|map(attribute='name')|join(',')", "rejectattr('n', 'gt', 5)|list", "sort(attribute='n')|map(attribute='n')|list",
                "groupby('type')", "sort(attribute='type')", "sum(attribute='n')", "max(attribute='n')", "unique(attribute='type')|list", "map(attribute='zz')|list", "map(attribute='zz', default='-')|join", "groupby('n')|map('first')|list",
                "selectattr('zz', 'defined')|list", "selectattr('name', 'in', words)|list", "join(',', attribute='name')", "groupby('type')|map(attribute='grouper')|list", "map('length')|list"]
DICT_FILTERS = ["length", "items|list", "dictsort", "dictsort(by='value')", "list", "tojson", "string", "first", "default({})", "xmlattr", "dictsort(reverse=true)", "sort", "join", "tojson(sort_keys=true)"]
TESTS = ["defined", "undefined", "none", "string", "number", "integer", "float", "boolean", "mapping", "iterable", "sequence", "odd", "even", "divisibleby 3", "divisibleby(2)", "true", "false", "lower", "upper", "callable",
         "in words", "in [1, 2]", "eq 1", "gt 3", "ne none", "sameas none", "equalto('a')", "lt(5)", "ge 1", "escaped", "filter", "test"]


class Templates:
    """A generator of templates: expressions mostly of the kind that fits, statements of all kinds, now and then damage."""

    def __init__(self, rng):
        self.rng = rng
        self.names = []

    def pick(self, *choices):
        return self.rng.choice(choices)

    def chance(self, share):
        return self.rng.random() < share

    def literal(self, text):
        quote = self.pick("'", "'", '"')
        text = text.replace("\\", "\\\\").replace("\n", "\\n" if self.chance(0.7) else "\n").replace(quote, "\\" + quote)
        return quote + text + quote

    def string(self, depth):
        rng = self.rng
        if depth <= 0 or self.chance(0.4):
            return self.pick("s", "t", "target.name", "target.schema", self.literal(rng.choice(WORDS)), self.literal(rng.choice(WORDS)), self.literal(rng.choice(WORDS)), "any")
        return self.pick(
            lambda: f"{self.expr(depth - 1, 'string')} ~ {self.expr(depth - 1)}",
            lambda: f"({self.string(depth - 1)}).{rng.choice(STRING_METHODS)}",
            lambda: f"s.{rng.choice(STRING_METHODS)}",
            lambda: f"{self.atom(depth - 1, 'string')}|{rng.choice(STRING_FILTERS)}",
            lambda: f"{self.atom(depth - 1, 'string')}[{self.subscript(depth - 1)}]",
            lambda: f"{self.atom(depth - 1, 'string')} + {self.atom(depth - 1, 'string')}",
            lambda: f"{self.atom(depth - 1, 'string')} * {rng.randint(0, 3)}",
            lambda: f"{self.atom(depth - 1, 'string')} % {self.pick('(n,)', 's', '(s, n)', 'n', '()')}",
            lambda: f"{self.list(depth - 1)}|join({self.literal(rng.choice(WORDS))})",
        )()

    def subscript(self, depth):
        return self.pick("0", "-1", "1:", ":2", "::-1", "1:3", "n", "99", "'a'", "s", ":-1", "::2")

    def number(self, depth):
        rng = self.rng
        if depth <= 0 or self.chance(0.4):
            return self.pick("n", "m", "x", str(rng.choice(NUMBERS)), str(rng.choice(FLOATS)), str(rng.randint(0, 9)), "words|length", "1_000", "0x1f", "0b101", "1e3")
        small = str(rng.randint(0, 4))
        return self.pick(
            lambda: f"{self.atom(depth - 1, 'number')} {self.pick('+', '-', '*', '/', '//', '%')} {self.atom(depth - 1, 'number')}",
            lambda: f"{self.pick('2', '3', '10', '-2', '1.5', 'x')} ** {small}",
            lambda: f"-{self.atom(depth - 1, 'number')}",
            lambda: f"{self.atom(depth - 1, 'number')}|{rng.choice(NUMBER_FILTERS)}",
            lambda: f"{self.atom(depth - 1, 'list')}|length",
            lambda: f"{self.atom(depth - 1, 'string')}|length",
            lambda: f"{self.atom(depth - 1, 'number')} + {self.boolean(depth - 1)}",
        )()

    def list(self, depth):
        rng = self.rng
        if depth <= 0 or self.chance(0.3):
            return self.pick("words", "numbers", "rows", "[]", "[1, 2, 3]", "range(3)", "range(1, 9, 3)|list", "('a', 'b')", "(1,)", "()", "d", "'abc'")
        return self.pick(
            lambda: "[" + ", ".join(self.expr(depth - 1) for _ in range(rng.randint(0, 4))) + self.pick("", "", ",") + "]",
            lambda: "(" + "".join(self.expr(depth - 1) + ", " for _ in range(rng.randint(0, 3))) + ")",
            lambda: f"{self.atom(depth - 1, 'list')} + {self.atom(depth - 1, 'list')}",
            lambda: f"{self.atom(depth - 1, 'list')}[{self.subscript(depth - 1)}]",
            lambda: f"words|{rng.choice(LIST_FILTERS)}",
            lambda: f"numbers|{rng.choice(LIST_FILTERS)}",
            lambda: f"{self.atom(depth - 1, 'list')}|{rng.choice(LIST_FILTERS)}",
            lambda: f"rows|{rng.choice(ROWS_FILTERS)}",
            lambda: f"words.{rng.choice(LIST_METHODS)}",
            lambda: f"{self.atom(depth - 1, 'list')} * {rng.randint(0, 2)}",
            lambda: f"{self.dict(depth - 1)}.{self.pick('items()', 'keys()', 'values()')}|list",
        )()

    def dict(self, depth):
        rng = self.rng
        if depth <= 0 or self.chance(0.4):
            return self.pick("d", "target", "{}", "{'a': 1}", "dict(a=1, b=s)", "rows[0]")
        return self.pick(
            lambda: "{" + ", ".join(f"{self.pick(self.literal(rng.choice(KEYS)), self.literal(rng.choice(KEYS)), 's', '1', 'none')}: {self.expr(depth - 1)}" for _ in range(rng.randint(0, 3))) + "}",
            lambda: f"d.{rng.choice(DICT_METHODS)}",
            lambda: f"{self.atom(depth - 1, 'dict')}|{rng.choice(DICT_FILTERS)}",
            lambda: f"dict({self.atom(depth - 1, 'dict')}, z={self.expr(depth - 1)})",
            lambda: f"{self.atom(depth - 1, 'dict')}.{rng.choice(KEYS[:-1])}",
            lambda: f"{self.atom(depth - 1, 'dict')}[{self.literal(rng.choice(KEYS))}]",
        )()

    def boolean(self, depth):
        if depth <= 0 or self.chance(0.2):
            return self.pick("true", "false", "True", "flag", "not flag", "loop is defined", "missing is defined", "none")
        return self.pick(
            lambda: f"{self.atom(depth - 1)} {self.pick('==', '!=', '<', '>', '<=', '>=')} {self.atom(depth - 1)}",
            lambda: f"{self.number(depth - 1)} {self.pick('==', '<', '>', '>=')} {self.number(depth - 1)}",
            lambda: f"1 < {self.atom(depth - 1, 'number')} <= 10",
            lambda: f"{self.atom(depth - 1)} {self.pick('in', 'not in')} {self.atom(depth - 1, 'list')}",
            lambda: f"{self.boolean(depth - 1)} {self.pick('and', 'or')} {self.expr(depth - 1)}",
            lambda: f"not {self.atom(depth - 1)}",
            lambda: f"{self.atom(depth - 1)} is {self.pick('', '', 'not ')}{self.rng.choice(TESTS)}",
            lambda: f"({self.boolean(depth - 1)})",
        )()

    def expr(self, depth, kind=None):
        if kind is None:
            kind = self.pick("string", "string", "number", "list", "dict", "boolean")
        if self.chance(0.04):
            kind = self.pick("string", "number", "list", "dict", "odd")
        if kind == "odd":
            return self.odd(depth)
        return getattr(self, kind)(depth)

    def odd(self, depth):
        if self.names and self.chance(0.5):
            return self.rng.choice(self.names)
        return self.pick(
            lambda: f"{self.atom(depth - 1)} if {self.boolean(depth - 1)}" + self.pick("", f" else {self.atom(depth - 1)}"),
            lambda: self.pick("missing", "missing.further", "missing|default('q')", "d.missing", "d.missing.further", "none", "None", "missing()", "s.missing", "n.real", "rows[9]", "loop.index", "words[1]", "d['zz']", "self", "varargs"),
            lambda: f"{self.atom(depth - 1)}|{self.pick('default', 'd')}({self.atom(depth - 1)}{self.pick('', ', true')})",
            lambda: f"({self.expr(depth - 1)})",
            lambda: f"{self.atom(depth - 1)}|{self.rng.choice(STRING_FILTERS + NUMBER_FILTERS + LIST_FILTERS + ROWS_FILTERS + DICT_FILTERS)}",
            lambda: f"namespace(a={self.atom(depth - 1)}).a",
            lambda: self.pick("range(n if n is number and n < 9 and n > 0 else 2)|list", "joiner('|')()", "cycler('a', 'b').next()", "lipsum is callable", "s.upper", "words.append", "dict", "range(2)", "nosuch(1)", "1|nosuch", "1 is nosuch"),
        )()

    def atom(self, depth, kind=None):
        text = self.expr(depth, kind)
        return text if text.replace("_", "").isalnum() else f"({text})" if self.chance(0.95) else text

    def open(self):
        return "{%" + self.pick("", "", "", "-", "-", "+") + self.pick(" ", " ", "")

    def close(self):
        return self.pick(" ", " ", "") + self.pick("", "", "", "-", "-", "+") + "%}"

    def tag(self, text):
        return self.open() + text + self.close()

    def text(self):
        return self.pick("select 1", " ", "\n", "\n  ", "a, ", "", "-- note\n", "'quoted'", "grant select on ", " x\n\n", "{ not jinja }", "100%", "}}", "# no", "é")

    def body(self, depth):
        return "".join(self.node(depth) for _ in range(self.rng.randint(1, 3)))

    def target(self):
        name = self.pick("v", "w", "i", "row", "s", "n", "words")
        self.names.append(name)
        return name

    def node(self, depth):
        if depth <= 0 or self.chance(0.55):
            return self.pick(self.text, self.output, self.output)()
        return self.pick(self.conditional, self.loop, self.loop, self.assignment, self.assignment, self.block_set, self.macro, self.call, self.filtered, self.do, self.raw, self.comment, self.with_, self.counter)()

    def output(self):
        return "{{" + self.pick("", "", "", "-", "+") + self.pick(" ", "") + self.expr(self.pick(1, 2, 2, 3)) + self.pick(" ", "") + self.pick("", "", "", "-", "-") + "}}"

    def conditional(self, depth=2):
        out = self.tag(f"if {self.expr(2, 'boolean')}") + self.body(depth - 1)
        for _ in range(self.pick(0, 0, 1)):
            out += self.tag(f"elif {self.expr(2, 'boolean')}") + self.body(depth - 1)
        if self.chance(0.5):
            out += self.tag("else") + self.body(depth - 1)
        return out + self.tag("endif")

    def loop(self, depth=2):
        head = self.pick(
            lambda: f"{self.target()} in {self.expr(2, 'list')}",
            lambda: f"{self.target()} in {self.pick('words', 'numbers', 'rows', 'range(4)', 'd', 's')}",
            lambda: f"key, {self.target()} in {self.pick('d.items()', 'd|dictsort', 'rows', '[(1, 2), (3, 4)]', 'target.items()')}",
            lambda: f"{self.target()} in {self.pick('words', 'numbers')} if {self.expr(1, 'boolean')}",
        )()
        inner = self.pick("{{ loop.index }}", "{{ loop.last }}{{ loop.first }}", "{{ ', ' if not loop.last }}", "{{ loop.cycle('a', 'b') }}", "{{ loop.length - loop.revindex0 }}", "{{ loop.previtem }}", "{{ loop.nextitem|default('end') }}",
                          "{{ loop.changed(n) }}", "{% if loop.index > 2 %}{% break %}{% endif %}", "{% if loop.first %}{% continue %}{% endif %}", "{{ loop.depth }}", "", "", "", "", "{{ key }}", "{{ loop }}" if self.chance(0.1) else "")
        out = self.tag(f"for {head}") + self.body(depth - 1) + inner + self.body(depth - 1)
        if self.chance(0.2):
            out += self.tag("else") + self.body(depth - 1)
        return out + self.tag("endfor")

    def assignment(self, depth=2):
        value = self.expr(3)
        return self.pick(
            lambda: self.tag(f"set {self.target()} = {value}"),
            lambda: self.tag(f"set {self.target()}, {self.target()} = {self.pick('1, 2', '(n, s)', 'words', 's.partition(1)', '[1, 2]', value)}"),
        )()

    def block_set(self, depth=2):
        body = self.body(depth - 1)
        return self.tag(f"set {self.target()}{self.pick('', '', ' | upper', ' | trim', ' | length')}") + body + self.tag("endset")

    def counter(self, depth=2):
        return self.tag("set ns = namespace(count=0, found=[])") + self.tag("for i in numbers") + self.tag(f"set ns.count = ns.count + {self.pick('1', 'i', 'loop.index')}") + self.tag("do ns.found.append(i)") + self.tag("endfor") + "{{ ns.count }}{{ ns.found }}"

    def macro(self, depth=2):
        arguments = self.pick("", "a", "a, b", "a, b=1", "a=none, b=s", "a, b=a")
        call = self.pick("", "1", "s, n", "1, b=2", "a=1", "1, 2, 3", "b=2", "1, zz=2")
        inner = self.pick("{{ a }}", "{{ a }}-{{ b }}", "{{ varargs }}", "{{ kwargs }}", "{{ caller is defined }}", "{{ a|default('q') }}", "{{ return(a) }}" if self.chance(0.2) else "{{ b }}")
        name = self.pick("f", "g", "helper")
        self.names.append(f"{name}({self.pick('1', 's', '')})")
        return self.tag(f"macro {name}({arguments})") + self.body(depth - 1) + inner + self.tag("endmacro") + f"{{{{ {name}({call}) }}}}"

    def call(self, depth=2):
        return self.tag("macro around(x=1)") + "<{{ caller(" + self.pick("", "x", "1, 2") + ") }}>" + self.tag("endmacro") + self.tag(self.pick("call around()", "call(y) around(2)", "call(y=3) around()")) + self.body(depth - 1) + self.pick("", "{{ y }}") + self.tag("endcall")

    def filtered(self, depth=2):
        return self.tag(f"filter {self.pick('upper', 'trim', 'replace(1, 2)', 'length', 'indent(2)', 'e', 'title|trim', 'nosuch')}") + self.body(depth - 1) + self.tag("endfilter")

    def do(self, depth=2):
        return self.tag(f"do {self.pick('words', 'numbers', 'd')}.{self.rng.choice(LIST_METHODS + DICT_METHODS)}") + self.pick("{{ words }}", "{{ numbers }}", "{{ d }}", "")

    def raw(self, depth=2):
        return self.tag("raw") + self.pick("{{ s }}", "{% if %}", "text", "{# no #}", " ") + self.tag("endraw")

    def comment(self, depth=2):
        return self.pick("{# note #}", "{#- note -#}", "{# {{ s }} #}", "{#- \n #}\n", "{# - #}")

    def with_(self, depth=2):
        return self.tag(f"with {self.target()} = {self.expr(2)}") + self.body(depth - 1) + self.tag("endwith")

    def damaged(self, text):
        rng = self.rng
        for _ in range(rng.randint(1, 2)):
            at = rng.randrange(len(text) + 1)
            text = self.pick(
                lambda: text[:at] + text[at + 1:],
                lambda: text[:at] + self.pick("{", "}", "%", "'", '"', "(", ")", "[", "]", "-", " ", "|", ".", "~", "{{", "%}", "{% endif %}", "{#", ",", "=", ":", "\\", "!", "$", "?") + text[at:],
                lambda: text[:at],
                lambda: text[:at] + text[at:at + 3] * 2 + text[at + 3:],
            )()
        return text

    def whole(self):
        self.names = []
        text = "".join(self.node(3) for _ in range(self.pick(1, 1, 2, 3)))
        return self.damaged(text) if self.chance(0.08) else text


class TooLong(Exception):
    """A template that took more than a second."""


def stop(*_):
    raise TooLong


def rendered(template, context):
    signal.setitimer(signal.ITIMER_REAL, 1.0)
    try:
        return {"ok": get_rendered(template, copy.deepcopy(context))}
    except Exception as failure:  # each kind of failure is an answer
        kind = type(failure.__cause__ or failure)
        return None if kind is TooLong else {"err": kind.__name__}
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seed", type=int, default=20240102)
    parser.add_argument("--count", type=int, default=5000)
    parser.add_argument("--contexts", type=int, default=100)
    options = parser.parse_args()
    rng = random.Random(options.seed)
    contexts = [Context(rng).all() for _ in range(options.contexts)]
    templates = Templates(rng)
    signal.signal(signal.SIGALRM, stop)
    seen, cases = set(), []
    while len(cases) < options.count:
        template, context = templates.whole(), rng.randrange(len(contexts))
        if template in seen or len(template) > 2000 or not any(start in template for start in ("{{", "{%", "{#")):
            continue
        seen.add(template)
        answer = rendered(template, contexts[context])
        if answer is None or " at 0x" in answer.get("ok", "").lower() or len(answer.get("ok", "")) > 4000:
            continue
        cases.append({"template": template, "context": context, **answer})
    print('{\n"contexts": [')
    print(",\n".join(json.dumps(context, ensure_ascii=False) for context in contexts))
    print('],\n"cases": [')
    print(",\n".join(json.dumps(case, ensure_ascii=False) for case in cases))
    print("]\n}")


main()
