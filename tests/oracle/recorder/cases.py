"""Reading a case: its oracle.json and the adapter its profile names."""

import importlib.util
import json
import re
from dataclasses import dataclass, field
from pathlib import Path

TESTS = Path(__file__).resolve().parent.parent.parent
CASES = TESTS / "oracle" / "cases"

# Cases that are only run twice, on a database that executes.
REHEARSED = TESTS / "prove" / "cases"

# The package that gives an adapter, where it is not called dbt-<type>.
PACKAGES = {"athena": "dbt-athena"}


@dataclass
class Run:
    """One dbt command of a case."""

    name: str
    args: list
    target: str | None
    setup: list
    before: list


@dataclass
class Case:
    """A folder with a dbt project and an optional oracle.json."""

    folder: Path
    adapter: str
    env: dict = field(default_factory=dict)
    canned: list = field(default_factory=list)
    runs: list = field(default_factory=list)
    server: list = field(default_factory=list)

    @property
    def name(self):
        return self.folder.name

    @property
    def recorded(self):
        return self.folder / "recorded.json"

    @property
    def twice(self):
        return self.folder / "twice.json"

    @property
    def target(self):
        """The target that the profile names: a line of its own, as every case writes it."""
        found = re.search(r"^\s*target:\s*(\S+)", (self.folder / "profiles.yml").read_text(encoding="utf-8"), re.M)
        return found.group(1) if found else "default"

    def missing(self):
        """The pip line that installs the adapter, or None where it can be imported."""
        if importlib.util.find_spec("dbt") and importlib.util.find_spec("dbt.adapters." + self.adapter):
            return None
        return "pip install 'dbt-core~=1.11.0' " + PACKAGES.get(self.adapter, "dbt-" + self.adapter)


def load(folder):
    """Reads the case in a folder; raises ValueError with the reason where it is none."""
    folder = Path(folder)
    for needed in ("dbt_project.yml", "profiles.yml"):
        if not (folder / needed).is_file():
            raise ValueError(f"{folder.name}: {needed} is missing")
    settings = {}
    if (folder / "oracle.json").is_file():
        settings = json.loads((folder / "oracle.json").read_text(encoding="utf-8"))
    unknown = set(settings) - {"about", "facts", "env", "canned", "runs", "server"}
    if unknown:
        raise ValueError(f"{folder.name}: oracle.json has unknown keys: {', '.join(sorted(unknown))}")
    runs = [
        Run(run.get("name", str(place)), run.get("args", ["build"]), run.get("target"), run.get("setup", []), run.get("before", []))
        for place, run in enumerate(settings.get("runs") or [{"name": "default"}])
    ]
    given = [settings.get(name, empty) for name, empty in (("env", {}), ("canned", []))]
    return Case(folder, adapter_of(folder), *given, runs, settings.get("server", []))


def adapter_of(folder):
    """The first `type:` of profiles.yml: the file may hold Jinja, so it is searched, not parsed."""
    text = (folder / "profiles.yml").read_text(encoding="utf-8")
    found = re.search(r"^[\s{,-]*[\"']?type[\"']?\s*:\s*[\"']?(\w+)", text, re.M) or re.search(
        r"\btype:\s*[\"']?(\w+)", text
    )
    if not found:
        raise ValueError(f"{folder.name}: profiles.yml names no adapter type")
    return found.group(1)


def find(names, roots=(CASES,)):
    """The folders of the named cases; all of them where no name is given."""
    if not names:
        return [path.parent for root in roots for path in sorted(root.glob("*/dbt_project.yml"))]
    return [next((path for path in (Path(name), *(root / name for root in roots)) if path.is_dir()), roots[0] / name) for name in names]
