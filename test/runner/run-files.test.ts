import assert from "node:assert/strict";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { until } from "../support/until.ts";
import type { Outcome } from "./messages.ts";
import { runFiles } from "./run-files.ts";

const folder = mkdtempSync(join(tmpdir(), "estiva-run-files-"));
after(() => rmSync(folder, { recursive: true }));
const file = (name: string) => join(folder, name);

/** Runs a test file with this text; resolves with what was told of its tests. */
async function run(text: string, signal = new AbortController().signal): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  writeFileSync(file("some.test.ts"), text);
  const options = { root: folder, files: ["some.test.ts"], forceExit: false, testTimeoutMs: 60_000, signal };
  await runFiles({ ...options, onOutcome: (outcome) => void outcomes.push(outcome) });
  return outcomes;
}

test("tests that are interrupted undo first what they have started, the newest first", async () => {
  const support = (name: string) => JSON.stringify(join(import.meta.dirname, `../support/${name}.ts`));
  const stopping = new AbortController();
  const script = `trap 'test -e ${file("later")} && sleep 0.2 && echo > ${file("undone")}; exit' TERM
    echo > ${file("up")}; while :; do sleep 0.05; done`;
  const running = run(
    `import { writeFileSync } from "node:fs";
    import { test } from "node:test";
    import { onInterruption } from ${support("interruption")};
    import { TestProcess } from ${support("test-process")};
    test("goes on", async () => {
      const process = new TestProcess("sh", ["-c", ${JSON.stringify(script)}]);
      onInterruption(() => writeFileSync(${JSON.stringify(file("later"))}, ""));
      await process.ended();
      await new Promise((resolve) => setInterval(resolve, 2 ** 30));
    });`,
    stopping.signal,
  );
  await until("the process", () => existsSync(file("up")));
  stopping.abort();
  assert.deepEqual(await running, []);
  assert.ok(existsSync(file("undone")));
});

test("a test file that has been run ends by itself, and one that breaks off has failed", async () => {
  const passed = await run(`import { test } from "node:test"; test("passes", () => {});`);
  assert.deepEqual(
    passed.map(({ kind, name }) => [kind, name]),
    [["pass", "passes"]],
  );
  const [broken] = await run(`import { test } from "node:test"; test("exits", () => process.exit(3));`);
  assert.match(broken!.name, /^test process of some\.test\.ts \(exit code 3\)/);
});
