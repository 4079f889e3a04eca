import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { containerSpec, start } from "../../../../test/contracts/runtime/fixture.ts";
import { logContract } from "../../../../test/contracts/runtime/logs.ts";
import { busyboxReference as image } from "../../../../test/images/busybox.ts";
import { type TestDocker, testDocker } from "../../../../test/images/docker.ts";
import { testEngine } from "../../../../test/images/engine.ts";
import type { ContainerSpec, LogRecord } from "../driver.ts";
import { createDockerDriver } from "./driver.ts";

const engine = await testEngine();
const never = new AbortController().signal;

describe("docker: logs from the engine's files", { skip: await whyNoFiles() }, () => suite(true));
describe("docker: logs through the engine's API", { skip: "skip" in engine && engine.skip }, () => suite(false));

/** Why the engine's files cannot be read here: then all goes through its API. */
async function whyNoFiles(): Promise<string | false> {
  if ("skip" in engine) return engine.skip;
  const driver = createDockerDriver({ owner: "test", socket: engine.socket, log: console.error });
  const { local, rootless } = await driver.info();
  await driver.close();
  if (!local) return "the engine is not on this machine";
  return process.getuid?.() !== 0 && !rootless && "only root can read the engine's files";
}

function suite(readsLogFiles: boolean): void {
  let docker: TestDocker;
  before(async () => {
    if ("socket" in engine) docker = await testDocker(engine.socket, { readsLogFiles });
  });
  after(() => docker?.close());

  logContract({
    driver: () => docker.driver,
    containers: {
      runsForever: { image, command: ["sleep", "1000000"] },
      printsLines: { image, command: ["sh", "-c", "i=0; while [ $i -lt 100 ]; do echo line $i; i=$((i+1)); done"] },
    },
  });

  async function outputOf(name: string, script: string, changes: Partial<ContainerSpec> = {}): Promise<LogRecord[]> {
    const spec = containerSpec({ image, command: ["sh", "-c", script] }, changes);
    const { sandboxId, containerId } = await start(docker.driver, name, spec);
    const records: LogRecord[] = [];
    for await (const batch of docker.driver.readLogs(containerId, { follow: true, signal: never })) {
      records.push(...batch);
    }
    await docker.driver.removeSandbox(sandboxId);
    return records;
  }
  const text = (record: LogRecord) => Buffer.from(record.message).toString();

  test("stdout and stderr are told apart; empty lines and a line without an end are kept", async () => {
    const records = await outputOf("streams", "echo out; echo err >&2; echo; printf end");
    // In the order of each: the engine reads them apart.
    const of = (stream: LogRecord["stream"]) =>
      records.filter((record) => record.stream === stream).map((record) => [text(record), record.partial]);
    assert.deepEqual(
      [of("stdout"), of("stderr")],
      [
        [
          ["out", false],
          ["", false],
          ["end", true],
        ],
        [["err", false]],
      ],
    );
  });

  test("a long line comes in parts that make it whole again", async () => {
    const records = await outputOf("long", "head -c 50000 /dev/zero | tr '\\0' x; echo; echo short");
    const parts = records.slice(0, -1);
    assert.ok(parts.length > 1 && parts.slice(0, -1).every(({ partial }) => partial));
    assert.equal(parts.at(-1)?.partial, false);
    assert.equal(parts.map(text).join(""), "x".repeat(50_000));
    assert.equal(text(records.at(-1)!), "short");
  });

  test("a terminal's lines are whole, without carriage returns", async () => {
    const records = await outputOf("tty", "echo one; echo two >&2", { tty: true });
    assert.deepEqual(records.map(text), ["one", "two"]);
  });

  test("a reader that stops and goes on, while the container writes, loses nothing and doubles nothing", async () => {
    const script = "i=0; while [ $i -lt 2000 ]; do echo $i; echo $i >&2; i=$((i+1)); done";
    const spec = containerSpec({ image, command: ["sh", "-c", script] });
    const { sandboxId, containerId } = await start(docker.driver, "resumed", spec);
    const lines: Record<LogRecord["stream"], string[]> = { stdout: [], stderr: [] };
    let position: { timeNanos: string; count: number } | undefined;
    for (let stopAfter = 1, ended = false; !ended; stopAfter += 37) {
      const abort = new AbortController();
      let taken = 0;
      ended = true;
      const options = { ...(position && { since: position }), follow: true, signal: abort.signal };
      reading: for await (const batch of docker.driver.readLogs(containerId, options)) {
        for (const record of batch) {
          lines[record.stream].push(text(record));
          const count = record.timeNanos === position?.timeNanos ? position.count + 1 : 1;
          position = { timeNanos: record.timeNanos, count };
          if (++taken < stopAfter) continue;
          ended = false;
          break reading;
        }
      }
      abort.abort();
    }
    const expected = Array.from({ length: 2000 }, (_, i) => String(i));
    assert.deepEqual(lines.stdout, expected);
    assert.deepEqual(lines.stderr, expected);
    await docker.driver.removeSandbox(sandboxId);
  });
}
