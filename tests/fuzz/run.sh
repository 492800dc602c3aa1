#!/usr/bin/env bash
# Builds the fuzz targets and runs each in turn, from seeds that are made of what the tests have: README.md beside this.
set -euo pipefail
cd "$(dirname "$0")/../.."
seconds=${1:-600}
shift || true
out=$PWD/target/fuzz
kept=${CORPUS:-$out/corpus}
# No output shows it: lib.rs looks.
export DBT_ENV_SECRET_MARK=hk5Qz7Wm2Xv9
# Sanitizers build all of SQLite and of the parsers once more: `SANITIZER=address` where there is time for it.
[ "${BUILD:-yes}" != yes ] || nice -n 19 cargo +nightly fuzz build --fuzz-dir tests/fuzz --target-dir "$out" --sanitizer "${SANITIZER:-none}"
built=${BUILT:-$(dirname "$(find "$out" -type f -perm -u+x -name yaml -path '*release/yaml' | head -n 1)")}

all=(check prove fix commands evaluate execute statements yaml template settings comments seeds editor cut)
if [ $# -gt 0 ]; then targets=("$@"); else targets=("${all[@]}"); fi

seed() { mkdir -p "$out/seeds/$1" && cat > "$out/seeds/$1/$2"; }

# A file each of the kinds that a target reads; of a project its parts, divided by NUL, in the order that lib.rs says.
make_seeds() {
    local n=0 file folder
    while read -r file; do
        n=$((n + 1))
        for target in yaml settings; do seed $target "$n" < "$file"; done
    done < <(find tests/oracle/cases tests/projects rules -name '*.yml' -size -3k | sort)
    while read -r file; do
        n=$((n + 1))
        for target in cut template evaluate; do seed $target "$n" < "$file"; done
        for target in statements execute; do { printf 'a' && cat "$file"; } | seed $target "$n"; done
    done < <(find tests/oracle/cases tests/projects rules -name '*.sql' -size -3k | sort)
    # Statements with their dialects, and what they gave in warehouses.
    python3 - "$out/seeds" <<'PYTHON'
import json, pathlib, sys
seeds = pathlib.Path(sys.argv[1])
statements = []
for path in sorted(pathlib.Path("tests/data/warehouse").glob("*.json")):
    read = json.loads(path.read_text())
    texts = [case["sql"] for case in read] if isinstance(read, list) else read["setup"] + [case["sql"] for case in read["statements"]]
    statements += [(n % 16, text) for n, text in enumerate(texts)]
for n, (dialect, sql) in enumerate(statements):
    for target in ("statements", "execute"):
        folder = seeds / target
        folder.mkdir(parents=True, exist_ok=True)
        (folder / f"w{n}").write_bytes(bytes([dialect]) + sql.encode())
cases = json.loads(pathlib.Path("tests/data/jinja_cases.json").read_text())
for n, case in enumerate(cases["cases"]):
    text = case.get("template") if isinstance(case, dict) else None
    if text:
        for target in ("template", "evaluate"):
            (seeds / target / f"j{n}").write_text(text)
PYTHON
    while read -r folder; do
        n=$((n + 1))
        {
            for part in dbt_project.yml 'macros/*.sql' 'models/*.sql' 'models/*.yml' 'seeds/*.csv' hookproof.yml profiles.yml; do
                # shellcheck disable=SC2086
                file=$(find "$folder" -path "$folder/$part" -size -2k | sort | head -n 1)
                if [ -n "$file" ]; then cat "$file"; fi
                printf '\0'
            done
        } > "$out/project"
        for target in check prove fix commands; do seed $target "$n" < "$out/project"; done
    done < <(find tests/oracle/cases tests/projects -name dbt_project.yml -printf '%h\n' | sort)
    # The bad hooks of the rules, as models and as lines of the settings.
    while read -r file; do
        n=$((n + 1))
        case $file in
            *.sql) { printf 'name: p\nprofile: p\nversion: "1.0"\n\0\0' && cat "$file"; } > "$out/project" ;;
            *) { printf 'name: p\nprofile: p\nversion: "1.0"\n' && cat "$file"; } > "$out/project" ;;
        esac
        tr -d '«»' < "$out/project" > "$out/plain"
        for target in check prove fix commands; do seed $target "$n" < "$out/plain"; done
    done < <(find rules -path '*/bad/*' -type f -size -3k | sort)
    # Choices for the grammar: bytes of chance, the same each time.
    python3 - "$out/seeds" <<'PYTHON'
import pathlib, random, sys
rng = random.Random(1)
for target, start in {"check": 1, "prove": 1, "fix": 1, "commands": 1, "statements": 2, "execute": 2, "template": 1, "evaluate": 1, "cut": 1, "settings": 1, "seeds": 1}.items():
    folder = pathlib.Path(sys.argv[1], target)
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(300):
        before = bytes([rng.randrange(16)] if start == 2 else []) + b"\x01"
        (folder / f"g{n}").write_bytes(before + rng.randbytes(rng.choice([30, 80, 200, 500])))
PYTHON
    printf 'id,name\n1,a\n2,"b ""c"""\n,2020-01-01\n' | seed seeds plain
    printf 'id;at\r\n1;2020-01-01 00:00:00\r\n0.5;true\r\n' | seed seeds lines
    printf 'hookproof: ignore[drop-without-if-exists] why\n' | seed comments one
    printf 'hookproof: ignore-file\nhookproof: ignore-next-line[a, b]\n' | seed comments more
    for method in hover definition documentSymbol codeAction codeLens semanticTokens/full; do
        printf '{"jsonrpc":"2.0","id":2,"method":"textDocument/%s","params":{"textDocument":{"uri":"URI"},"position":{"line":0,"character":12},"range":{"start":{"line":0,"character":0},"end":{"line":0,"character":9}},"context":{"diagnostics":[]}}}\n' "$method"
    done | seed editor asks
    printf '{"jsonrpc":"2.0","method":"textDocument/didChange","params":{"textDocument":{"uri":"URI","version":2},"contentChanges":[{"range":{"start":{"line":0,"character":3},"end":{"line":0,"character":4}},"text":"é"}]}}\n{"jsonrpc":"2.0","id":3,"method":"shutdown"}\n' | seed editor changes
}

rm -rf "$out/seeds"
make_seeds
table=$out/table.tsv
[ -f "$table" ] || printf 'target\tseconds\tprocessor seconds\tinputs\tcoverage\tfeatures\tcorpus\tcrashes\ttime-outs\tout of memory\tslow\tmost MB\n' > "$table"
# Trees are deep: hookproof works on stacks of 256 MB, and so does the fuzzer.
ulimit -s 262144

run() {
    local target=$1 artifacts=$out/artifacts/$1 log=$out/$1.log begun used
    mkdir -p "$kept/$target" "$artifacts"
    begun=$(date +%s)
    # shellcheck disable=SC2086
    /usr/bin/time -o "$out/used" -f '%U %S %M' ${PRIORITY:-nice -n 19} "$built/$target" "$kept/$target" "$out/seeds/$target" \
        -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1 -dict=tests/fuzz/words.dict -max_len=4096 -timeout=20 \
        -report_slow_units=5 -rss_limit_mb=2048 -max_total_time="$2" -artifact_prefix="$artifacts/" > "$log" 2>&1 || true
    count() { find "$artifacts" -name "$1-*" | wc -l; }
    last() { grep -oE "$1" "$log" | tail -n 1 | grep -oE '[0-9]+' || echo 0; }
    used=$(tail -n 1 "$out/used")
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$target" "$(($(date +%s) - begun))" \
        "$(awk '{ print int($1 + $2) }' <<< "$used")" "$(last '^#[0-9]+')" "$(last 'cov: [0-9]+')" "$(last 'ft: [0-9]+')" \
        "$(last 'corp: [0-9]+')" "$(count crash)" "$(count timeout)" "$(count oom)" "$(count slow-unit)" \
        "$(awk '{ print int($3 / 1024) }' <<< "$used")" | tee -a "$table"
}

# With UNTIL (seconds since 1970) all targets again and again until then, so that they grow together.
while :; do
    for target in "${targets[@]}"; do
        [ "$(date +%s)" -lt "${UNTIL:-99999999999}" ] || exit 0
        run "$target" "$seconds"
    done
    [ -n "${UNTIL:-}" ] || exit 0
done
