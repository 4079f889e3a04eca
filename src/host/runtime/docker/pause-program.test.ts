import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { TestProcess } from "../../../../test/support/test-process.ts";
import { until } from "../../../../test/support/until.ts";
import { type Architecture, pauseProgram } from "./pause-program.ts";

const native: Architecture | undefined = { x64: "x86_64", arm64: "arm64" }[process.arch as string] as Architecture;
const skip = process.platform !== "linux" ? "runs on Linux only" : native === undefined && "another architecture";

test("the program waits, ignoring SIGCHLD, and ends at once with 0 when told to", { skip }, async () => {
  const folder = await mkdtemp(join(tmpdir(), "estiva-pause-"));
  const path = join(folder, "pause");
  await writeFile(path, pauseProgram(native!), { mode: 0o755 });
  const child = new TestProcess(path, [], { stdio: "ignore" });
  const ignored = async () => {
    const status = await readFile(`/proc/${child.pid}/status`, "utf8");
    return BigInt(`0x${/^SigIgn:\s*(\w+)/m.exec(status)![1]}`);
  };
  const sigchld = 1n << 16n;
  await until("its first system call", ignored, (signals) => (signals & sigchld) !== 0n);
  child.child.kill("SIGCHLD");
  assert.deepEqual(await child.end("SIGTERM"), { code: 0, signal: null });
  await rm(folder, { recursive: true });
});

test("the programs are small and of their architecture", () => {
  for (const [architecture, machine] of [
    ["x86_64", 62],
    ["arm64", 183],
  ] as const) {
    const program = Buffer.from(pauseProgram(architecture));
    assert.ok(program.length < 512);
    assert.equal(program.toString("latin1", 0, 4), "\x7fELF");
    assert.equal(program.readUInt16LE(18), machine);
  }
});
