"""Writes each snippet of a README that is a whole file of a CI system to a folder: snippets.py README.md FOLDER."""

import re
import sys

KINDS = {"github-workflows": ".github/workflows/", "gitlab-ci": ".gitlab-ci.yml", "azure-pipelines": "azure-pipelines.yml"}


def main() -> None:
    text = open(sys.argv[1], encoding="utf-8").read()
    for kind, name in KINDS.items():
        found = re.search(r"```yaml\n# (" + re.escape(name) + r"\S*)\n(.*?)```", text, re.DOTALL)
        if found is None:
            raise SystemExit(f"{sys.argv[1]} has no snippet that begins with `# {name}`")
        with open(f"{sys.argv[2]}/{kind}.yml", "w", encoding="utf-8") as file:
            file.write(found.group(2))


main()
