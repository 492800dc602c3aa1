"""From the tape to what recorded.json says about a run."""

import re
import sys

from recorder.wrappers import HOOK_TAGS, describe, node_hook_id, on_run_description

# Node kinds whose hooks dbt executes; the rest (tests, analyses, operations) only carry the key.
WITH_HOOKS = ("model", "seed", "snapshot", "function")
KINDS = ["on-run-start", "pre-hook", "post-hook", "on-run-end"]


def report(run, outcome, tape, project):
    known = known_hooks(tape)
    hooks = [hook_report(hook_id, known[hook_id], tape) for hook_id in sorted(known, key=lambda one: key(known[one]))]
    statuses = {one["id"]: one["status"] for one in results(outcome)}
    for hook in hooks:
        if hook["status"] == "not run" and statuses.get(hook["id"]) == "skipped":
            hook["status"] = "skipped"
    answer = {
        "name": run.name,
        "args": run.args,
        "target": run.target,
        "success": bool(outcome.success),
        "exception": describe(outcome.exception) if outcome.exception else None,
        "hooks": hooks,
        "order": order(tape),
        "results": results(outcome),
    }
    if tape.warnings:
        answer["warnings"] = sorted(tape.warnings)
    return without_machine(answer, project)


def known_hooks(tape):
    """The hooks in the manifest, by id; where parsing failed, those the parse pass saw."""
    if tape.manifest is None:
        return {hook_id: dict(record) for hook_id, record in tape.parsed.items()}
    known = {}
    nodes = list(tape.manifest.nodes.values()) + list(getattr(tape.manifest, "functions", {}).values())
    for node in nodes:
        kind = str(node.resource_type)
        if kind == "operation" and set(node.tags) & set(HOOK_TAGS):
            known[node.unique_id] = {**on_run_description(node), "raw": node.raw_code}
        if kind not in WITH_HOOKS:
            continue
        for name, hooks in (("pre-hook", node.config.pre_hook), ("post-hook", node.config.post_hook)):
            for position, hook in enumerate(hooks):
                known[node_hook_id(node.unique_id, name, position)] = {
                    "kind": name,
                    "node": node.unique_id,
                    "position": position,
                    "package": node.package_name,
                    "transaction": hook.transaction,
                    "raw": hook.sql,
                }
    return known


def key(hook):
    """on-run-start, then each node's hooks, then on-run-end."""
    part = 0 if hook["kind"] == "on-run-start" else 2 if hook["kind"] == "on-run-end" else 1
    return part, hook["node"] or "", KINDS.index(hook["kind"]), hook["package"], hook["position"]


def hook_report(hook_id, hook, tape):
    parsed = tape.parsed.get(hook_id, {})
    ran = tape.hooks.get(hook_id, {"sql": None, "sent": [], "queries": [], "status": "not run", "error": None})
    answer = {
        "id": hook_id,
        "kind": hook["kind"],
        "node": hook["node"],
        "position": hook["position"],
        "package": hook["package"],
        "transaction": hook["transaction"],
        "raw": hook["raw"],
        "parse": parsed.get("parse"),
        "parse_error": parsed.get("parse_error"),
        "sql": ran["sql"],
        "sent": ran["sent"],
        "queries": ran["queries"],
        "status": ran["status"],
        "error": ran["error"],
    }
    if ran.get("metadata"):
        answer["metadata"] = ran["metadata"]
    if "in_transaction" in ran:
        answer["in_transaction"] = ran["in_transaction"]
    return answer


def order(tape):
    """The events with each stretch of a node's own SQL as one step, said to lie before, in or after its build."""
    events, steps = tape.events, []
    build = {}  # node -> (last call for pre-hooks, first call for post-hooks)
    for at, event in enumerate(events):
        if event["step"] == "hooks":
            start, end = build.get(event["id"], (-1, len(events)))
            if event["kind"] == "pre-hook":
                start = at
            else:
                end = min(end, at)
            build[event["id"]] = (start, end)
    for at, event in enumerate(events):
        if event["step"] == "hooks":
            continue
        if event["step"] == "rollback" and not steps:
            continue  # what dbt asked to fill its cache
        if event["step"] != "node":
            steps.append(dict(event))
            continue
        start, end = build.get(event["id"], (-1, len(events)))
        part = "before" if at < start else "after" if at > end else "build"
        last = steps[-1] if steps else {}
        if last.get("step") == "node" and (last["id"], last["part"]) == (event["id"], part):
            last["sql_count"] += 1
        else:
            steps.append({"step": "node", "id": event["id"], "part": part, "sql_count": 1})
    return steps


def results(outcome):
    """dbt's results; `message` only where a node failed: a hook's error stands with the hook."""
    answer = []
    for one in getattr(outcome.result, "results", None) or []:
        if not hasattr(one, "node"):
            continue
        entry = {"id": one.node.unique_id, "status": str(one.status)}
        if entry["status"] == "error" and str(one.node.resource_type) != "operation":
            entry["message"] = one.message
        answer.append(entry)
    return answer


def without_machine(value, project):
    """Takes paths of this machine and addresses of Python objects out of every text."""
    if isinstance(value, dict):
        return {name: without_machine(inner, project) for name, inner in value.items()}
    if isinstance(value, list):
        return [without_machine(inner, project) for inner in value]
    if isinstance(value, str):
        value = value.replace(str(project), "<project>").replace(sys.prefix, "<python>")
        return re.sub(r" at 0x[0-9a-f]{6,}", " at 0x0", value)
    return value
