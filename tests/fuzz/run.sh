#!/usr/bin/env bash
# Builds the fuzz targets and runs each in turn, from seeds that are made of what the tests have: README.md beside this.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD
seconds=${1:-600}
shift || true
out=$here/target/fuzz
# Sanitizers build all of SQLite and of the parsers once more: `SANITIZER=address` where there is time for it.
[ "${BUILD:-yes}" != yes ] || nice -n 19 cargo +nightly fuzz build --fuzz-dir tests/fuzz --target-dir "$out" --sanitizer "${SANITIZER:-none}"
built=$(dirname "$(find "$out" -type f -perm -u+x -name yaml -path '*release/yaml' | head -n 1)")

all=(check prove evaluate execute yaml template statements settings comments seeds editor fix cut)
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
    statements += [(n % 16, case["sql"]) for n, case in enumerate(json.loads(path.read_text()))]
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
        for target in check prove fix; do seed $target "$n" < "$out/project"; done
    done < <(find tests/oracle/cases tests/projects -name dbt_project.yml -printf '%h\n' | sort)
    # The bad hooks of the rules, as models and as lines of the settings.
    while read -r file; do
        n=$((n + 1))
        case $file in
            *.sql) { printf 'name: p\nprofile: p\nversion: "1.0"\n\0\0' && cat "$file"; } > "$out/project" ;;
            *) { printf 'name: p\nprofile: p\nversion: "1.0"\n' && cat "$file"; } > "$out/project" ;;
        esac
        tr -d '«»' < "$out/project" > "$out/plain"
        for target in check prove fix; do seed $target "$n" < "$out/plain"; done
    done < <(find rules -path '*/bad/*' -type f -size -3k | sort)
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
[ -f "$table" ] || printf 'target\tseconds\tinputs\tcoverage\tcrashes\ttime-outs\tout of memory\n' > "$table"
# Trees are deep: hookproof works on stacks of 256 MB, and so does the fuzzer.
ulimit -s 262144
for target in "${targets[@]}"; do
    kept=$out/corpus/$target artifacts=$out/artifacts/$target log=$out/$target.log
    mkdir -p "$kept" "$artifacts"
    begun=$(date +%s)
    nice -n 19 "$built/$target" "$kept" "$out/seeds/$target" -fork=1 -ignore_crashes=1 -ignore_timeouts=1 -ignore_ooms=1 \
        -dict=tests/fuzz/words.dict -max_len=4096 -timeout=20 -rss_limit_mb=3000 -max_total_time="$seconds" \
        -artifact_prefix="$artifacts/" > "$log" 2>&1 || true
    count() { find "$artifacts" -name "$1-*" | wc -l; }
    inputs=$(grep -oE '^#[0-9]+' "$log" | tail -n 1 | tr -d '#' || true)
    coverage=$(grep -oE 'cov: [0-9]+' "$log" | tail -n 1 | cut -d' ' -f2 || true)
    printf '%s\t%s\t%s\t%s\t%s\t%s\t%s\n' "$target" "$(($(date +%s) - begun))" "${inputs:-0}" "${coverage:-0}" \
        "$(count crash)" "$(count timeout)" "$(count oom)" | tee -a "$table"
done
