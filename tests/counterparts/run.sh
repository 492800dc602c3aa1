#!/usr/bin/env bash
# Lets the tools on the other side read what hookproof gives: README.md beside this.
set -euo pipefail
cd "$(dirname "$0")/../.."
here=$PWD
kept=$(mkdir -p "${1:-target/counterparts}" && cd "${1:-target/counterparts}" && pwd)
tools=$kept/tools
target=${CARGO_TARGET_DIR:-$here/target}
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cargo build --locked --quiet
export PATH="$target/debug:$PATH"

skipped() { echo "not tested: $1: $2"; }
passed() { echo "passed: $1"; }

if [ ! -x "$tools/bin/python" ]; then python3 -m venv "$tools"; fi
if ! "$tools/bin/pip" install --quiet --disable-pip-version-check pre-commit maturin check-jsonschema junitparser PyYAML; then
    skipped "everything that needs tools of PyPI" "they can't be installed"
    exit 0
fi
samples=tests/projects/operational-hooks

# What a report holds is what its reader finds.
hookproof check "$samples" --fail-on never --format junit > "$work/junit.xml"
hookproof check "$samples" --fail-on never --format json > "$work/check.json"
"$tools/bin/python" - "$work" <<'PYTHON'
import json, sys
from junitparser import JUnitXml
read = JUnitXml.fromfile(sys.argv[1] + "/junit.xml")
summary = json.load(open(sys.argv[1] + "/check.json"))["summary"]
failures = sum(case.is_failure for suite in read for case in suite)
assert failures == read.failures == summary["errors"] > 0, (failures, read.failures, summary)
PYTHON
passed "JUnit"

# JSON keeps to the schemas that are kept.
schema() { "$tools/bin/check-jsonschema" --quiet --schemafile "rules/schema/$1.json" "$work/$1.json"; }
for command in compile list plan; do
    hookproof "$command" "$samples" --format json > "$work/$command.json"
done
hookproof prove "$samples" --drill --format json > "$work/prove.json" || [ $? = 1 ]
cp -r "$samples" "$work/changed"
git -C "$work/changed" init --quiet . && git -C "$work/changed" add .
git -C "$work/changed" -c user.name=test -c user.email=test@example.org commit --quiet -m all
sed -i 's/models | /results | /g' "$work/changed/macros/audit.sql"
hookproof diff HEAD "$work/changed" --format json > "$work/diff.json"
grep -q '"changed"' "$work/diff.json"
for command in check compile diff list plan prove; do schema "$command"; done
(cd "$work/changed" && hookproof init > /dev/null)
"$tools/bin/check-jsonschema" --quiet --schemafile rules/schema/settings.json "$work/changed/hookproof.yml"
passed "the schemas of JSON and settings"

hookproof check "$samples" --fail-on never --format sarif > "$work/report.sarif"
if command -v npm > /dev/null && npm install --silent --prefix "$kept/npm" @microsoft/sarif-multitool > /dev/null 2>&1; then
    (cd "$kept/npm" && DOTNET_SYSTEM_GLOBALIZATION_INVARIANT=1 npx --no-install @microsoft/sarif-multitool validate \
        "$work/report.sarif" --output "$work/validated.sarif" --log ForceOverwrite) > "$work/sarif.log" || { cat "$work/sarif.log"; exit 1; }
    if grep -q ': error ' "$work/sarif.log"; then cat "$work/sarif.log"; exit 1; fi
    grep -q 'Analysis completed successfully' "$work/sarif.log"
    passed "SARIF"
else
    skipped "SARIF" "sarif-multitool can't be installed with npm"
fi

if command -v npm > /dev/null && npm install --silent --prefix "$kept/npm" @actions/core azure-pipelines-task-lib > /dev/null 2>&1; then
    for format in github azure; do
        hookproof check "$samples" --fail-on never --format "$format" > "$work/$format.log"
    done
    PROJECT=$samples node tests/counterparts/commands.mjs "$kept/npm/node_modules" "$work/check.json" "$work/github.log" "$work/azure.log"
    passed "annotations of GitHub and Azure"
else
    skipped "annotations" "the libraries of GitHub Actions and Azure Pipelines can't be installed with npm"
fi

hookproof check "$samples" --fail-on never --format gitlab > "$work/gitlab.json"
"$tools/bin/check-jsonschema" --quiet --schemafile tests/counterparts/gitlab.schema.json "$work/gitlab.json"
passed "GitLab's code quality"

"$tools/bin/python" tests/counterparts/snippets.py README.md "$work"
"$tools/bin/python" - <<'PYTHON'
import yaml
action = yaml.safe_load(open("action.yml"))
assert action["runs"]["using"] == "composite" and all("shell" in step for step in action["runs"]["steps"])
PYTHON
for kind in github-workflows gitlab-ci azure-pipelines; do
    "$tools/bin/check-jsonschema" --quiet --builtin-schema "vendor.$kind" "$work/$kind.yml"
done
"$tools/bin/check-jsonschema" --quiet --builtin-schema vendor.github-actions action.yml
passed "action.yml and the README's snippets"

"$tools/bin/pre-commit" validate-manifest .pre-commit-hooks.yaml
export PRE_COMMIT_HOME=$kept/pre-commit GIT_CONFIG_GLOBAL=/dev/null GIT_CONFIG_SYSTEM=/dev/null
export GIT_AUTHOR_NAME=test GIT_AUTHOR_EMAIL=test@example.org GIT_COMMITTER_NAME=test GIT_COMMITTER_EMAIL=test@example.org
git init --quiet "$work/hooks" && cp .pre-commit-hooks.yaml "$work/hooks/"
git -C "$work/hooks" add . && git -C "$work/hooks" commit --quiet -m manifest
cp -r "$samples" "$work/shop"
cd "$work/shop"
git init --quiet .
printf 'repos:\n- repo: %s\n  rev: %s\n  hooks:\n  - id: hookproof-system\n' "$work/hooks" "$(git -C "$work/hooks" rev-parse HEAD)" > .pre-commit-config.yaml
"$tools/bin/pre-commit" install > /dev/null
git add .
if git commit --quiet -m bad > "$work/bad.log" 2>&1; then echo "a bad commit went through"; cat "$work/bad.log"; exit 1; fi
grep -q 'wrong-context-name' "$work/bad.log"
sed -i 's/models | /results | /g' macros/audit.sql
sed -i 's/DROP TABLE temp_table/DROP TABLE IF EXISTS temp_table/' models/practices/drop_bad.sql
rm models/practices/prod_only.sql
git add -A
git commit --quiet -m good > "$work/good.log" 2>&1 || { cat "$work/good.log"; exit 1; }
# Only what the commit's files can cause is told: the project's error in another file is not.
sed -i 's/DROP TABLE IF EXISTS temp_table/DROP TABLE temp_table/' models/practices/drop_bad.sql
git commit --quiet --no-verify -am unseen
echo '-- a comment' >> models/marts/dim_customers.sql
git commit --quiet -am elsewhere > "$work/elsewhere.log" 2>&1 || { cat "$work/elsewhere.log"; exit 1; }
cd "$here"
passed "pre-commit"

wheels=$work/wheels
CARGO_TARGET_DIR=$target "$tools/bin/maturin" build --quiet --locked --profile dev --out "$wheels"
python3 -m venv "$work/clean"
"$work/clean/bin/pip" install --quiet --disable-pip-version-check --no-index --find-links "$wheels" hookproof
version=$("$work/clean/bin/hookproof" --version)
[ "$("$work/clean/bin/python" -m hookproof --version)" = "$version" ]
status=0
"$work/clean/bin/python" -m hookproof check "$samples" > /dev/null || status=$?
[ "$status" = 1 ]
passed "the wheel ($version)"

# The bill of materials names what the lock file holds for this system, and every licence.
cargo tree --locked --edges normal,build --prefix none --format '{p}' | cut -d' ' -f1 | sort -u > "$work/built"
python3 - "$wheels" "$work/built" <<'PYTHON'
import glob, json, sys, zipfile
[wheel] = glob.glob(sys.argv[1] + "/*.whl")
with zipfile.ZipFile(wheel) as archive:
    [name] = [name for name in archive.namelist() if "/sboms/" in name]
    bill = json.loads(archive.read(name))
assert bill["bomFormat"] == "CycloneDX", bill["bomFormat"]
named = {part["name"]: part for part in bill["components"]}
missing = set(open(sys.argv[2]).read().split()) - set(named) - {"hookproof"}
assert not missing, missing
unlicensed = [name for name, part in named.items() if not part.get("licenses")]
assert not unlicensed, unlicensed
PYTHON
passed "the bill of materials in the wheel"
