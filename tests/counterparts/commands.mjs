// What annotations say, as the tools of GitHub and Azure understand them, is what the JSON report says:
// commands.mjs MODULES CHECK.JSON GITHUB.LOG AZURE.LOG

import assert from "node:assert";
import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { pathToFileURL } from "node:url";

const [modules, json, github, azure] = process.argv.slice(2);
const read = (path) => readFileSync(path, "utf8");
const lines = (path, prefix) => read(path).split("\n").filter((line) => line.startsWith(prefix));
const found = JSON.parse(read(json)).diagnostics.filter((one) => one.severity !== "off");
const message = (one) => (one.help ? `${one.message}\nhelp: ${one.help}` : one.message);
const path = (one) => `${process.env.PROJECT}/${one.file}`;

// GitHub's own toolkit writes the same annotations, byte for byte.
const core = pathToFileURL(`${modules}/@actions/core/lib/core.js`).href;
const annotations = found.map((one) => {
  const isOneLine = one.start.line === one.end.line;
  const columns = isOneLine ? { startColumn: one.start.column, endColumn: one.end.column } : {};
  const place = { title: `hookproof (${one.rule})`, file: path(one), startLine: one.start.line, endLine: one.end.line, ...columns };
  return [{ error: "error", warning: "warning", info: "notice" }[one.severity], message(one), place];
});
const write = `import * as core from ${JSON.stringify(core)}; for (const [level, ...rest] of ${JSON.stringify(annotations)}) core[level](...rest);`;
const written = execFileSync(process.execPath, ["--input-type=module", "--eval", write], { encoding: "utf8" });
assert.deepStrictEqual(lines(github, "::"), written.trimEnd().split("\n"));

// Azure's own library reads the same issues.
const { commandFromString } = createRequire(import.meta.url)(`${modules}/azure-pipelines-task-lib/taskcommand.js`);
const issues = lines(azure, "##vso").map(commandFromString);
assert.deepStrictEqual(
  issues.map((issue) => ({ command: issue.command, ...issue.properties, message: issue.message })),
  found.map((one) => ({
    command: "task.logissue",
    type: one.severity === "error" ? "error" : "warning",
    sourcepath: path(one),
    linenumber: String(one.start.line),
    columnnumber: String(one.start.column),
    code: one.rule,
    message: message(one),
  })),
);
assert(found.length > 0);
