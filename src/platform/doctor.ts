import { existsSync, readdirSync, readFileSync } from "node:fs";
import { statfs } from "node:fs/promises";
import { createServer } from "node:net";
import { dirname, join } from "node:path";
import type { Finding } from "#cli/commands/machine.ts";
import { defaultPort, type PlatformFile } from "#cli/settings.ts";
import { volumeTaskLabel } from "#host/agent/spec/labels.ts";
import { createDirectShell } from "#host/network/direct-shell.ts";
import { namesOf } from "#host/network/names.ts";
import { sandboxOfNode } from "#host/proxy/home.ts";
import { findHaproxy, tellVersion, versionIn, whyTooOld } from "#host/proxy/program.ts";
import { createDockerDriver } from "#host/runtime/docker/driver.ts";
import { findEngine } from "#host/runtime/docker/find-engine.ts";
import type { RuntimeDriver } from "#host/runtime/driver.ts";
import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { leaksOf, mendOfLeaks } from "./leaks.ts";
import { findProgram, socketIsForbidden } from "./setup.ts";

const leastFreeGiB = 2;
/** A platform that takes longer to say how it is does not answer. */
const healthMs = 10_000;

interface Health {
  readonly version: string;
  readonly activeTasks: number;
  readonly problems: readonly { readonly message: string; readonly mend: string }[];
}

/** What `estiva doctor` finds on this machine, each with its mend. Looks only; changes nothing. */
export async function examine(dataDir: string, env: NodeJS.ProcessEnv, clock: Clock): Promise<readonly Finding[]> {
  const platform = await findPlatform(dataDir);
  const findings = [
    ...(await examinePlatform(platform, dataDir)),
    ...examinePrograms(),
    await examineHaproxy(),
    await examineDisk(dataDir),
  ];
  const { engine, failures } = await findEngine(env, clock);
  const engineUrl = engine?.address.url;
  if (engineUrl === undefined) {
    const reasons = failures.map(({ address, reason }) => `${address}: ${reason}`).join("; ");
    findings.push(failure("container engine", `none answers: ${reasons}`, mendOfEngine(env)));
    return findings;
  }
  const platformId = platformIdOf(dataDir);
  const owner = `estiva-${platformId ?? "none"}`;
  const driver = createDockerDriver({ owner, clock, log: () => {}, socket: engineUrl });
  try {
    findings.push(...(await examineEngine(driver, engineUrl)));
    const isUp = platform?.health !== undefined;
    if (platformId) findings.push(await examineLeaks(driver, dataDir, { platformId, isUp, clock }));
  } finally {
    await driver.close();
  }
  findings.push(...(await examineKernel(clock)));
  return findings;
}

function mendOfEngine(env: NodeJS.ProcessEnv): string {
  if (env.DOCKER_HOST) return "start the engine that DOCKER_HOST names, or unset DOCKER_HOST";
  return socketIsForbidden() ? "sudo usermod -aG docker $USER; log in again" : "as root: estiva up";
}

async function findPlatform(dataDir: string): Promise<{ endpoint: string; health: Health | undefined } | undefined> {
  const path = join(dataDir, "platform.json");
  if (!existsSync(path)) return undefined;
  const { endpoint } = readJson<PlatformFile>(path);
  try {
    const answer = await fetch(`${endpoint}/_estiva/health`, { signal: AbortSignal.timeout(healthMs) });
    return { endpoint, health: (await answer.json()) as Health };
  } catch {
    // Announced and silent: that is what is told.
    return { endpoint, health: undefined };
  }
}

async function examinePlatform(
  platform: Awaited<ReturnType<typeof findPlatform>>,
  dataDir: string,
): Promise<Finding[]> {
  if (platform?.health) {
    const { version, activeTasks, problems } = platform.health;
    const detail = `version ${version} at ${platform.endpoint}, ${activeTasks} active tasks`;
    return [ok("platform", detail), ...problems.map(({ message, mend }) => warning("running", message, mend))];
  }
  if (platform) return [warning("platform", `${platform.endpoint} was announced and does not answer`, "estiva up")];
  if (await isFree(defaultPort)) return [ok("platform", `none runs on ${dataDir}; port ${defaultPort} is free`)];
  return [warning("platform", `none runs on ${dataDir}, and port ${defaultPort} is taken`, "estiva up --port 4567")];
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once("error", () => resolve(false));
    server.listen(port, "127.0.0.1", () => server.close(() => resolve(true)));
  });
}

function examinePrograms(): Finding[] {
  const programs = [
    ["ip", "iproute2"],
    ["nft", "nftables"],
  ] as const;
  return programs.map(([program, name]) => {
    const path = findProgram(program);
    return path ? ok(program, path) : failure(program, "not found", `apt-get install ${name}`);
  });
}

/** Only some use it: without it everything else works. */
async function examineHaproxy(): Promise<Finding> {
  const path = findHaproxy();
  if (path === undefined) {
    return warning("haproxy", "not found: load balancers carry no traffic", "apt-get install haproxy");
  }
  const told = await tellVersion(path).catch((error: Error) => error.message);
  const version = versionIn(told);
  if (version === undefined) {
    return warning("haproxy", `${path} does not tell its version: ${told.trim()}`, "apt-get install haproxy");
  }
  const reason = whyTooOld(version);
  if (reason === undefined) return ok("haproxy", `version ${version} at ${path}`);
  return warning("haproxy", `${reason} (${path})`, "install a later one, such as those of https://haproxy.debian.net");
}

async function examineDisk(dataDir: string): Promise<Finding> {
  let folder = dataDir;
  while (!existsSync(folder)) folder = dirname(folder);
  const { bavail, bsize } = await statfs(folder);
  const freeGiB = (bavail * bsize) / 2 ** 30;
  const detail = `${freeGiB.toFixed(1)} GiB free at ${folder}`;
  return freeGiB < leastFreeGiB
    ? warning("disk", detail, "free some space: images and logs need it")
    : ok("disk", detail);
}

async function examineEngine(driver: RuntimeDriver, engineUrl: string): Promise<Finding[]> {
  const info = await driver.info();
  const about = `${info.name} ${info.version} at ${engineUrl}, cgroup v${info.cgroupVersion}, ${info.cpuCores} cores`;
  const limits = info.limitations.map((limitation) => warning("container engine", limitation, "see docs/engines.md"));
  return [ok("container engine", about), ...limits];
}

/** What nothing accounts for. While the platform is down, tasks rightly run on without it. */
async function examineLeaks(driver: RuntimeDriver, dataDir: string, parts: LeakParts): Promise<Finding> {
  const [sandboxes, volumes] = [await driver.listSandboxes(), await driver.listVolumes()];
  const network =
    process.getuid?.() === 0 ? await readNetwork(parts.platformId, parts.clock) : { shared: [], ports: [] };
  const leaks = leaksOf({
    tasks: foldersIn(join(dataDir, "agent/tasks")),
    nodes: new Set([...foldersIn(join(dataDir, "agent/nodes"))].map(sandboxOfNode)),
    isUp: parts.isUp,
    sandboxes: sandboxes.map(({ name }) => name),
    volumes: volumes.flatMap(({ name, labels }) => {
      const taskId = labels[volumeTaskLabel];
      return taskId === undefined ? [] : [{ name, taskId }];
    }),
    ...network,
  });
  if (leaks.length === 0)
    return ok("leaks", `${sandboxes.length} sandboxes on the engine, each of a task or load balancer`);
  return warning("leaks", leaks.join(", "), mendOfLeaks(parts.isUp));
}

interface LeakParts {
  readonly platformId: string;
  readonly isUp: boolean;
  readonly clock: Clock;
}

/** What the agent keeps a record of: tasks, or load balancer nodes. */
function foldersIn(folder: string): Set<string> {
  return new Set(existsSync(folder) ? readdirSync(folder) : []);
}

/** What the platform's networks have on this machine; only root sees into namespaces. */
async function readNetwork(platformId: string, clock: Clock): Promise<{ shared: string[]; ports: string[] }> {
  const names = namesOf(platformId);
  const shell = createDirectShell({ clock });
  const lines = async (script: string) => (await shell.run(script)).split("\n").filter((line) => line !== "");
  try {
    const links = await lines("ip -o link | cut -d' ' -f2 | cut -d@ -f1 | tr -d :");
    const namespaces = await lines("ip netns list | cut -d' ' -f1");
    const own = namespaces.filter((name) => name.startsWith(names.namespacePrefix));
    const ports: string[] = [];
    for (const name of own)
      ports.push(...(await lines(`ip -n '${name}' -o link | cut -d' ' -f2 | cut -d@ -f1 | tr -d :`)));
    return {
      shared: [
        ...links.filter((name) => name === names.serviceBridge || name.startsWith(names.linkPrefix)),
        ...own.map((name) => `namespace ${name}`),
      ],
      ports: ports.filter((name) => /^p[0-9a-f]{13}$/.test(name)),
    };
  } finally {
    await shell.close();
  }
}

async function examineKernel(clock: Clock): Promise<Finding[]> {
  if (process.getuid?.() !== 0) {
    return [warning("host networking", "not root: done by a helper container with NET_ADMIN", "run estiva as root")];
  }
  const checks = [
    ["network namespaces", "ip netns list"],
    ["nftables", "nft list tables"],
    ["packet forwarding", "sysctl -n net.ipv4.ip_forward"],
  ] as const;
  const shell = createDirectShell({ clock });
  try {
    const findings: Finding[] = [];
    for (const [name, script] of checks) {
      const problem = await shell.run(script).then(
        () => undefined,
        (error: Error) => error.message,
      );
      findings.push(problem ? failure(name, problem, "use a kernel with this feature") : ok(name, "works"));
    }
    return findings;
  } finally {
    await shell.close();
  }
}

/** What marks all that this data folder's platform makes on the machine. */
function platformIdOf(dataDir: string): string | undefined {
  const path = join(dataDir, "identity.json");
  if (!existsSync(path)) return undefined;
  return readJson<{ platformId: string }>(path).platformId;
}

function readJson<T>(path: string): T {
  try {
    return JSON.parse(readFileSync(path, "utf8")) as T;
  } catch (error) {
    throw new DriverError("Failed", `${path} cannot be read: ${(error as Error).message}`, { cause: error });
  }
}

function ok(name: string, detail: string): Finding {
  return { name, state: "ok", detail };
}

function warning(name: string, detail: string, mend: string): Finding {
  return { name, state: "warning", detail, mend };
}

function failure(name: string, detail: string, mend: string): Finding {
  return { name, state: "failure", detail, mend };
}
