import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { createDockerDriver } from "#host/runtime/docker/driver.ts";
import { systemClock } from "#kernel/clock.ts";
import manifest from "../../package.json" with { type: "json" };
import { whyNoPackets } from "../contracts/network/sandbox.ts";
import { busyboxReference, ensureBusybox } from "../images/busybox.ts";
import { testEngine } from "../images/engine.ts";
import { TestProcess } from "../support/test-process.ts";

/** The published package, installed from its archive without a network, as a user would have it. */

const root = join(import.meta.dirname, "../..");
const folder = mkdtempSync(join(tmpdir(), "estiva-package-"));
const engine = await testEngine();
const skip = "skip" in engine ? engine.skip : whyNoPackets();
const env: NodeJS.ProcessEnv = {
  ...{ HOME: folder, LANG: "C", DOCKER_HOST: process.env.DOCKER_HOST },
  // The Node.js that runs this test, before the system's.
  PATH: `${dirname(process.execPath)}:${process.env.PATH}`,
  ESTIVA_DATA: join(folder, "data"),
  ESTIVA_SERVICE_ADDRESS: `169.254.173.${2 + (process.pid % 250)}`,
};
const program = join(folder, "node_modules/.bin/estiva");

interface Ended {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

async function play(command: string, ...args: readonly string[]): Promise<Ended> {
  try {
    return { code: 0, ...(await promisify(execFile)(command, args, { env, cwd: folder })) };
  } catch (error) {
    const { code, stdout, stderr } = error as Ended;
    return { code, stdout, stderr };
  }
}

before(async () => {
  const packed = await play(process.execPath, join(root, "scripts/package.ts"), folder);
  assert.equal(packed.code, 0, packed.stderr);
  const archive = packed.stdout.trim();
  const installed = await play("npm", "install", "--offline", "--no-audit", "--no-fund", "--prefix", folder, archive);
  assert.equal(installed.code, 0, installed.stderr);
});

after(() => rmSync(folder, { recursive: true, force: true }));

test("tells the version of package.json, and its commands", async () => {
  assert.deepEqual(await play(program, "--version"), { code: 0, stdout: `estiva ${manifest.version}\n`, stderr: "" });
  assert.match((await play(program, "--help")).stdout, /Usage: estiva COMMAND/);
});

test("doctor finds what there is", async () => {
  const { stdout, stderr } = await play(program, "doctor", "--json");
  const findings = JSON.parse(stdout) as { name: string; state: string }[];
  assert.ok(findings.some(({ name }) => name === "platform"));
  assert.equal(stderr, "");
});

test("says that the tests are in a checkout", async () => {
  for (const command of ["test", "check"]) {
    const { code, stderr } = await play(program, command);
    assert.equal(code, 1);
    assert.match(stderr, /in a checkout/);
  }
});

test("an older Node.js is told what is needed", async () => {
  const script = `Object.defineProperty(process.versions, "node", { value: "20.19.0" });
    await import(${JSON.stringify(join(folder, "node_modules/estiva/bin/estiva.js"))});`;
  const { code, stderr } = await play(process.execPath, "--input-type=module", "--eval", script);
  assert.equal(code, 69);
  assert.match(stderr, /Node\.js 24 or newer is needed/);
});

test("runs a task", { skip }, async () => {
  await makeImage();
  const platform = new TestProcess(program, ["up", "--no-install", "--port", "0"], { env, interruptedBy: "SIGUSR2" });
  await platform.shows("ready at");
  try {
    const { code, stdout, stderr } = await play(
      program,
      "run",
      busyboxReference,
      "sh",
      "-c",
      "echo from a task; exit 5",
    );
    assert.deepEqual({ code, stdout }, { code: 5, stdout: "from a task\n" }, stderr);
  } finally {
    assert.equal((await play(program, "down")).code, 0);
    await platform.ended();
  }
});

async function makeImage(): Promise<void> {
  const socket = "socket" in engine ? engine.socket : "";
  const driver = createDockerDriver({ owner: "estiva-package", clock: systemClock(), log: () => {}, socket });
  try {
    await ensureBusybox(driver);
  } finally {
    await driver.close();
  }
}
