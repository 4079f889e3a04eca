import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { test } from "node:test";
import { sourceFiles } from "./support/sources.ts";

/** The style of the project as a test: sizes, and which folder may import which (DESIGN, "Layout"). */

const root = join(import.meta.dirname, "..");
const maxFileLines = 400;
const maxFunctionLines = 60;
const maxColumns = 120;

/** Folder of `src/` -> the folders that it may import besides itself. */
const allowedImports: Readonly<Record<string, readonly string[]>> = {
  kernel: [],
  generated: [],
  store: ["kernel"],
  control: ["kernel"],
  placement: ["kernel"],
  wire: ["kernel", "generated"],
  gateway: ["kernel", "wire", "generated", "services/iam"],
  services: ["kernel", "generated", "placement"],
  registry: ["kernel"],
  sessions: ["kernel", "wire"],
  host: ["kernel", "generated", "wire"],
  cli: ["kernel", "generated", "wire"],
  platform: ["kernel", "generated", "services", "registry", "sessions", "host", "store", "cli"],
};
/** The files of `src/` itself may import everything: the executable, the composition root and the version. */
const compositionRoots = new Set(["main.ts", "estiva.ts", "version.ts"]);

const sources = sourceFiles(root)
  .filter((path) => !path.startsWith("src/generated/"))
  .map((path) => ({ path, lines: readFileSync(join(root, path), "utf8").split("\n") }));

test("files are short and narrow", () => {
  const broken = sources.flatMap(({ path, lines }) => {
    const wide = lines.findIndex((line) => line.length > maxColumns);
    return [
      ...(lines.length - 1 > maxFileLines ? [`${path}: ${lines.length - 1} lines, at most ${maxFileLines}`] : []),
      ...(wide >= 0 ? [`${path}:${wide + 1}: wider than ${maxColumns} columns`] : []),
    ];
  });
  assert.deepEqual(broken, []);
});

test("functions are short", () => {
  assert.deepEqual(
    sources.flatMap(({ path, lines }) => (isTest(path) ? [] : longFunctions(path, lines))),
    [],
  );
});

test("what is done around each test belongs to a suite", () => {
  // Unit tests share a process, where hooks at the top of a file run around the tests of all files.
  const broken = sources.flatMap(({ path, lines }) =>
    path.endsWith(".test.ts") && lines.some((line) => /^(?:before|after)Each\(/.test(line)) ? [path] : [],
  );
  assert.deepEqual(broken, []);
});

/** A test's `describe` holds many cases: it is a list, not a function to follow. */
function isTest(path: string): boolean {
  return path.endsWith(".test.ts") || path.startsWith("test/");
}

/**
 * Functions are found by the formatter's layout: a line that opens a function's body, closed by the first line of the
 * same indentation that starts with a brace. Factories that return an object of methods are counted by method.
 */
function longFunctions(path: string, lines: readonly string[]): string[] {
  const opens = /^(\s*)(?:export )?(?:default )?(?:async )?(?:function\b|(?:static )?(?:async )?[#\w]+\(.*\).*\{$)/;
  const found: string[] = [];
  for (const [start, line] of lines.entries()) {
    const indent = opens.exec(line)?.[1];
    if (indent === undefined || !line.endsWith("{") || /^\s*(if|for|while|switch|return|describe|test|it)\b/.test(line))
      continue;
    const end = lines.findIndex((other, i) => i > start && other.startsWith(`${indent}}`));
    const inner = end - start - 1;
    const factory = lines.slice(start + 1, end).some((other) => new RegExp(`^${indent}  return \\{$`).test(other));
    if (end > 0 && inner > maxFunctionLines && !factory)
      found.push(`${path}:${start + 1}: a function of ${inner} lines`);
  }
  return found;
}

test("imports follow the layout", () => {
  const broken = sources
    .filter(({ path }) => path.startsWith("src/") && !path.endsWith(".test.ts"))
    .flatMap(({ path, lines }) => importsOf(lines).flatMap((target) => importFault(path, target) ?? []));
  assert.deepEqual(broken, []);
});

function importsOf(lines: readonly string[]): string[] {
  return [...lines.join("\n").matchAll(/(?:from|import)\s*\(?\s*"([^"]+)"/g)].map((match) => match[1]!);
}

function importFault(path: string, target: string): string | undefined {
  const inside = relative("src", path);
  if (compositionRoots.has(inside)) return undefined;
  const unit = unitOf(inside);
  if (target.startsWith(".")) {
    const aim = relative("src", join(dirname(path), target));
    return unitOf(aim) === unit ? undefined : `${path}: "${target}" leaves its folder; write "#${aim}"`;
  }
  if (!target.startsWith("#")) return undefined;
  const aim = target.slice(1);
  const [from, to] = [inside.split("/")[0]!, aim.split("/")[0]!];
  const sameService = unitOf(aim) === unit;
  if (from === to && from !== "services") return undefined;
  if (sameService) return undefined;
  if (from === "services" && to === "services") {
    return /^services\/[^/]+\/model\.ts$/.test(aim)
      ? undefined
      : `${path}: of another service only its model.ts: ${target}`;
  }
  const allowed = allowedImports[from] ?? [];
  return allowed.some((folder) => aim.startsWith(`${folder}/`))
    ? undefined
    : `${path}: ${from}/ may not import ${target}`;
}

/** A service is a unit of its own; elsewhere it is the first folder. */
function unitOf(path: string): string {
  const parts = path.split("/");
  return parts[0] === "services" || parts[0] === "host" ? parts.slice(0, 2).join("/") : parts[0]!;
}

test("tests wait for nothing that may have passed, and for nothing without an end", () => {
  const helpers = ["test/support/test-process.ts", "test/support/until.ts"];
  const rules: readonly (readonly [pattern: RegExp, instead: string])[] = [
    [/^import .*\b(?:spawn|fork)\b.* from "node:child_process"/, "start processes with TestProcess"],
    [/\bawait once\([^;]*"(?:close|data|end|exit|finish|message)"/, "listen before the cause, or use Received"],
    [/\bwhile \(.*\b(?:setTimeout|setImmediate|delay)\b/, "wait with until"],
    [/^\s*(?:\} )?while \(.*(?:\bawait\b|\.status\b)/, "wait with until"],
    [/\bfor \(;;\)(?! yield\b)/, "loop over what ends, or wait with until"],
  ];
  const broken = sources
    .filter(({ path }) => isTest(path) && !/^test\/(?:runner|simulation)\//.test(path) && !helpers.includes(path))
    .flatMap(({ path, lines }) =>
      lines.flatMap((line, i) =>
        rules.flatMap(([pattern, instead]) => (pattern.test(line) ? [`${path}:${i + 1}: ${instead}`] : [])),
      ),
    );
  assert.deepEqual(broken, []);
});

test("Node.js starts with the same flags from a checkout, from the package and in benches", () => {
  const flagsIn = (path: string) => readFileSync(join(root, path), "utf8").match(/--(?:disable|max)-[a-z-]+=\w+/g);
  for (const path of ["scripts/bin.js", "bench/support/server.ts"]) {
    assert.deepEqual(flagsIn(path), flagsIn("estiva"), path);
  }
});

test("only the kernel touches the clock and randomness", () => {
  const pattern = /\b(Date\.now\(|new Date\(\)|Math\.random\(|setTimeout\(|setInterval\(|randomUUID\(|randomBytes\()/;
  const broken = sources
    .filter(({ path }) => path.startsWith("src/") && !path.startsWith("src/kernel/") && !path.endsWith(".test.ts"))
    .flatMap(({ path, lines }) =>
      lines.flatMap((line, i) =>
        pattern.test(line) && !line.trim().startsWith("*") ? [`${path}:${i + 1}: ${line.trim()}`] : [],
      ),
    );
  assert.deepEqual(broken, []);
});
