#!/usr/bin/env python3
"""Records what Jinja2's filters give, and which filters and tests there are in dbt's environment.

    python tests/oracle/filters.py > tests/data/filter_cases.json

Needs an interpreter with dbt-core 1.11 (Jinja2 3.1). Each case is a template of one filter, rendered by dbt's own
`get_rendered` with a text or a mapping as `value`, made from pieces by a seeded generator: a second run writes the same file.
"""
import copy
import json
import random

from dbt.clients.jinja import get_rendered
from dbt_common.clients.jinja import get_environment

PIECES = {
    "wordwrap": [
        "a", "of", "well-known", "e-mail", "--", "-", "a--b", "x---y", "semi-colon;", "(in-line)", "1-2-3", "ab-1", "é-è", "self-made-man",
        "supercalifragilistic", "long-supercalifragilistic-word", "\t", "  ", "   ", "\n", "\n\n", "\r\n", "\u00a0", "\u2028", "naïve", "日本語の文", "end.", "-x",
        "--option", "'quoted'", "select", "from", "t.\"c\"", "a_b-c_d", "\x0b", "\x0c",
    ],
    "striptags": [
        "<b>", "</b>", "<br/>", "<a href=\"x>y\">", "<!-- note > -->", "<!--", "-->", "<!-->", "<", ">", "a < b", "&lt;", "&gt;", "&amp;", "&amp;lt;", "&nbsp;",
        "&copy", "&copy;", "&notit;", "&notin;", "&#65;", "&#x41", "&#0;", "&#128;", "&#xD800;", "&#1;", "&#99999999999;", "&unknown;", "&", "& ", "&;", "&#;",
        "&#x;", "&CounterClockwiseContourIntegral;", "&acE;", "&gtx", "&AMP", "text", "  ", "\n", "\t", "\u00a0", "é", "&raquo;", "&#13;", "&#xFDD0;", "&#11;",
    ],
    "urlize": [
        "http://example.com", "https://example.com/a?b=c&d=e", "www.example.com", "example.com", "example.org/path", "example.co.uk", "foo.bar", "a.net.",
        "(see http://x.org/a_(b))", "(www.x.de)", "<http://x.org>", "http://x.org/a)", "((http://x.org/(a)))", "mailto:a@b.com", "a@b.com", "a@b", "@a@b.com",
        "a@b.com,", "x:y@b.com", "ftp://x.org", "tel:123", "tel:", "mailto:x", "http://127.0.0.1:8080/x", "http://[::1]", "http://[2001:db8::1]/", "http://localhost",
        "https://xn--bcher-kva.example", "HTTP://EXAMPLE.COM", "Www.Example.Com", "https://ex%41mple.com", "http://x.org/\"q\"", "http://é.com", "日本.com", "text", "\n",
        "  ", "\t", "&", "<b>", "'", "http://example.com:99999/", "http://example.com:123456", "x.com#f", "x.com/?", "...", "(a@b.com)", "a.b-c@d-e.f_g", "&gt;", "wild.museum",
        "http://x.org...", "(&lt;www.a.com&gt;)", "<www.a.com>,", "www.", "a@www.b.com", "www.a@b.com",
    ],
    "any": [
        "a", "Hello", "WORLD", "ünï", "ß", "x-y", "it's", "(in", "{br", "[sq", "<lt", "&", "\"q\"", "1", "12.5", "_", "  ", "\n", "\t", "/", "?", "=", "é/ü", "日本", "%s",
        "don't stop", "\u00a0", ".", ",", "\r\n",
    ],
}
WORDWRAP = ["", "(10)", "(5)", "(1)", "(7, false)", "(12, break_on_hyphens=false)", "(9, true, '|')", "(6, false, '<br>', false)", "(width=15)", "(4, wrapstring=none)",
            "(8, break_on_hyphens=1)", "(0)", "(-3)", "(5, wrapstring='<br>'|safe)", "(3, 0)"]
STRIPTAGS = [""]
URLIZE = ["", "(10)", "(trim_url_limit=5, nofollow=true)", "(target='_blank')", "(none, false, '\"x\"', 'b a')", "(rel='me noopener')",
          "(extra_schemes=['tel:', 'ftp://'])", "(extra_schemes=['tel'])", "(0)", "(extra_schemes='tel:')", "(target='', rel='')"]
ANY = ["upper", "lower", "capitalize", "title", "trim", "trim('a ')", "e", "escape", "forceescape", "safe|e", "e|forceescape", "center(20)", "center", "indent", "indent(2, true)",
       "indent(2, blank=true)", "indent('> ', true, true)", "truncate(5)", "truncate(8, true)", "truncate(9, false, '!', 0)", "truncate(2)", "truncate(12, leeway=3)", "wordcount",
       "urlencode", "replace('a', '<')", "replace('l', 'L', 1)", "e|replace('a', '<')", "length", "reverse", "first", "last", "list", "string", "int", "float", "int(7)",
       "float(1.5)", "int('x', 16)", "int(base=2)", "default('d')", "d('d', true)", "unique|list", "sort|join", "join('-')", "batch(3)|list", "slice(3)|list", "batch(2, '.')|list",
       "slice(2, '.')|list", "map('upper')|list", "select('lower')|list", "reject('in', 'aeiou')|join", "tojson", "pprint", "format(1)", "min", "max", "is_list", "as_text", "as_bool",
       "as_native", "as_number", "urlencode|upper", "trim|title", "filesizeformat", "items", "dictsort", "sum", "groupby('x')|list", "abs", "round", "attr('upper')",
       "xmlattr", "striptags|e"]
OTHERS = [None, True, False, 0, 1, -1, 3, 42, 999, 1000, 1500, 10**6, 123456789, 10**24, 10**30, 2.5, -2.5, 3.5, 0.1, 1e21, 1234.5678, [], [1, 2, 3], [3, 1, 2, 1], ["b", "A", "a"],
          [[1, 2], [3, 4]], {}, {"b": 1, "a": 2}, {"B": 1, "a": 0}, [{"x": 1, "y": "b"}, {"x": 2, "y": "a"}, {"x": 1, "y": "c"}], [1, None, "x"], [True, False], [1.5, 2], "",
          " 12 ", "0x1f", "1e3", "-7", "1_000", "nan", "inf"]
OF_OTHERS = ["string", "int", "float", "abs", "round", "round(1)", "round(2, 'floor')", "round(0, 'ceil')", "round(-2)", "round(1, 'x')", "filesizeformat", "filesizeformat(true)",
             "length", "first", "last", "list", "reverse|list", "sum", "sum('x')", "sum(start=10)", "min", "max", "min(attribute='x')", "sort", "sort(true)", "sort(attribute='y')",
             "sort(case_sensitive=true)", "sort(attribute='x,y')|map(attribute='y')|join", "unique|list", "unique(attribute='x')|list", "dictsort", "dictsort(true)",
             "dictsort(by='value')", "dictsort(reverse=true)", "dictsort(by='x')", "items|list", "join", "join(', ')", "join(',', attribute='x')", "map('string')|list",
             "map(attribute='x')|list", "map(attribute='z', default='?')|list", "map|list", "select|list", "reject|list", "select('odd')|list", "reject('none')|list",
             "selectattr('x')|list", "rejectattr('x', 'eq', 1)|list", "selectattr('y', 'in', ['a', 'b'])|list", "selectattr|list", "groupby('x')", "groupby('x', default=0)|list",
             "batch(2)|list", "batch(2, 0)|list", "slice(2)|list", "slice(2, 0)|list", "slice(0)|list", "batch(0)|list", "tojson", "tojson(2)", "pprint", "default(1)",
             "d(1, true)", "is_list", "as_native", "e", "forceescape", "upper", "lower", "capitalize", "title", "trim", "replace('1', '2')", "center(9)", "indent", "truncate(3)",
             "wordcount", "wordwrap(2)", "striptags", "urlize", "urlencode", "xmlattr", "xmlattr(false)", "attr('x')", "attr('missing')", "format(1)", "safe",
             "map('int')|sum", "map('upper')|join('/')", "map('round', 1)|list", "select('equalto', 1)|list", "count"]
MAPPINGS = [{}, {"class": "my list", "id": "list-1"}, {"a": None, "b": 1}, {"a": None}, {"a b": 1}, {"a/b": 1}, {"a>b": 1}, {"a=b": 1}, {"a\tb": 1}, {"a\u00a0b": 1}, {"<": "<&\"'>"},
            {"x": True, "y": 1.5, "z": [1, "<"]}, {"q\"": "'"}, {"data-x": ""}]


def rendered(template, value):
    try:
        return {"ok": get_rendered(template, {"value": copy.deepcopy(value)})}
    except Exception as failure:  # each kind of failure is an answer
        return {"err": type(failure.__cause__ or failure).__name__}


def texts(rng, pieces, count):
    for _ in range(count):
        glue = rng.choice(["", " ", " ", " ", "\n"])
        yield glue.join(rng.choice(pieces) for _ in range(rng.randint(1, 9)))


def cases():
    rng = random.Random(20240102)
    for name, forms, count in (("wordwrap", WORDWRAP, 160), ("striptags", STRIPTAGS, 120), ("urlize", URLIZE, 160)):
        for text in texts(rng, PIECES[name], count):
            safe = "|safe" if rng.random() < 0.15 else ""
            yield "{{ value%s|%s%s }}" % (safe, name, rng.choice(forms)), text
    for mapping in MAPPINGS:
        for form in ("", "(false)", "(autospace=true)"):
            yield "<t{{ value|xmlattr%s }}>" % form, mapping
    for template in ("{{ {'a': missing, 'b': '<'|safe, 1: none}|xmlattr }}", "{{ {1: 2}|xmlattr }}", "{{ [('a', 1)]|xmlattr }}"):
        yield template, None
    for form in ANY:
        for text in texts(rng, PIECES["any"], 3):
            yield "{{ value|%s }}" % form, text
    for form in OF_OTHERS:
        for value in rng.sample(OTHERS, 6):
            yield "{{ value|%s }}" % form, value
        yield "{{ missing|%s }}" % form, None
        yield "{%% set found = {}.further|%s %%}[{{ found }}]" % form, None
    # What is no order: NaN is neither less nor greater, and the steps of the sort decide.
    for form in ("sort", "sort(true)", "unique", "min", "max"):
        for length in (2, 3, 5, 9, 16, 40, 63):
            numbers = [rng.choice(["nan", "nan", "1", "2", "3.5", "-inf", "inf", "7", "0"]) for _ in range(length)]
            yield "{{ value|map('float')|%s%s }}" % (form, "|list" if form == "unique" else ""), numbers


def main():
    environment = get_environment(None)
    found = []
    for template, value in cases():
        answer = rendered(template, value)
        # An address in memory is another in each run.
        if " at 0x" not in answer.get("ok", ""):
            found.append({"template": template, "value": value, **answer})
    print('{\n"filters": %s,\n"tests": %s,\n"cases": [' % (json.dumps(sorted(environment.filters)), json.dumps(sorted(environment.tests))))
    print(",\n".join(json.dumps(case, ensure_ascii=False) for case in found))
    print("]\n}")


main()
