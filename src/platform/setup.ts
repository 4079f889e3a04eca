import { execFile } from "node:child_process";
import { accessSync, constants, existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { promisify } from "node:util";
import { type FoundEngine, findEngine } from "#host/runtime/docker/find-engine.ts";
import { type Clock, sleep } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { isHeld, launchEngine } from "./engine-process.ts";

/** What the machine lacks and how it gets it, on Debian and its kin. */
const needed = [
  { program: "dockerd", package: "docker.io" },
  { program: "ip", package: "iproute2" },
  { program: "nft", package: "nftables" },
] as const;
/** What only some use: without it everything else works, and `estiva doctor` tells of it. */
const wished = [{ program: "haproxy", package: "haproxy" }] as const;
/** What images of the demo and the tests are made of. */
const imageParts = { program: "busybox", package: "busybox-static" } as const;
const programFolders = ["/usr/local/sbin", "/usr/local/bin", "/usr/sbin", "/usr/bin", "/sbin", "/bin"];
const defaultSocket = "/var/run/docker.sock";
const enginePidFile = "/var/run/docker.pid";
const engineLog = "/var/log/estiva-dockerd.log";
const engineStartSeconds = 60;
const lookAgainMs = 100;

export interface SetUpOptions {
  readonly install: boolean;
  /** Whether images are to be made here, for the demo and the tests. */
  readonly makesImages: boolean;
  readonly env: NodeJS.ProcessEnv;
  readonly clock: Clock;
  readonly tell: (line: string) => void;
}

/** What set-up found, and how to take back what it started. */
export interface SetUp {
  /** For DOCKER_HOST. */
  readonly engineUrl: string;
  /** Ends the engine if this set-up started it. */
  undo(): Promise<void>;
}

/**
 * Makes sure that a container engine answers and that the programs of host networking are there, installing and
 * starting what is missing where it may. Rejects with a `DriverError` (`Unavailable`) that names the commands to run.
 */
export async function setUpMachine(options: SetUpOptions): Promise<SetUp> {
  const { engine, failures } = await findEngine(options.env, options.clock);
  const found = engine?.address.url;
  // Who names an engine wants that one: nothing is installed or started in its stead.
  if (!found && options.env.DOCKER_HOST) throw noEngine(options.env, failures);
  // With an engine of somebody else's, in a virtual machine perhaps, only what runs here is needed.
  const wanted = found ? needed.filter(({ program }) => program !== "dockerd") : needed;
  // Elsewhere than on Linux the engine has a machine of its own, with what networking takes.
  if (process.platform === "linux") {
    const all = options.makesImages ? [...wanted, imageParts] : wanted;
    await installMissing(canInstall(options) ? [...all, ...wished] : all, options);
  }
  if (found) return { engineUrl: found, undo: async () => {} };
  return startEngine(options);
}

/** Rejects with a `DriverError` (`Unavailable`) that says what to run when no container engine answers now. */
export async function requireEngine(env: NodeJS.ProcessEnv, clock: Clock): Promise<void> {
  const { engine, failures } = await findEngine(env, clock);
  if (engine === undefined) throw noEngine(env, failures);
}

/** That no engine answers, why not, and what to run on this machine. */
function noEngine(env: NodeJS.ProcessEnv, failures: FoundEngine["failures"]): DriverError {
  if (env.DOCKER_HOST) {
    const reason = failures[0]?.reason ?? "The container engine does not answer";
    const isLocal = /^(unix:\/\/|\/)/.test(env.DOCKER_HOST);
    const own = isLocal && findProgram("dockerd") ? [asRoot(`dockerd --host ${socketUrl(env.DOCKER_HOST)} &`)] : [];
    return unavailable(
      reason.includes("DOCKER_HOST") ? reason : `${reason} (DOCKER_HOST names it)`,
      // The one that is named, or the machine's own.
      [...own, "unset DOCKER_HOST"],
      "Start that engine, or run one of:",
    );
  }
  if (socketIsForbidden()) {
    return unavailable(
      `${defaultSocket} is there, but this user may not use it.`,
      ["sudo usermod -aG docker $USER"],
      "Run this, then log in again:",
    );
  }
  const tried = failures.map(({ address, reason }) => `\n  ${address}: ${reason}`).join("");
  const commands = findProgram("dockerd") ? [asRoot(startCommand())] : commandsFor(["docker.io"]);
  return unavailable(`No container engine answers. Tried:${tried}`, commands);
}

function socketUrl(text: string): string {
  return text.startsWith("/") ? `unix://${text}` : text;
}

/** The first folder of the system that has the program, or undefined. */
export function findProgram(program: string): string | undefined {
  return programFolders.map((folder) => join(folder, program)).find((path) => existsSync(path));
}

interface Part {
  readonly program: string;
  readonly package: string;
}

async function installMissing(wanted: readonly Part[], options: SetUpOptions): Promise<void> {
  const packages = wanted.filter(({ program }) => findProgram(program) === undefined).map((item) => item.package);
  if (packages.length === 0) return;
  const commands = commandsFor(packages);
  const aptGet = findProgram("apt-get");
  if (aptGet === undefined) throw unavailable(`These packages are missing: ${packages.join(", ")}.`, []);
  if (!canInstall(options)) {
    throw unavailable(`These packages are missing: ${packages.join(", ")}.`, commands);
  }
  options.tell(`Installing ${packages.join(", ")} (apt-get)`);
  const run = promisify(execFile);
  const env = { ...options.env, DEBIAN_FRONTEND: "noninteractive" };
  try {
    await run(aptGet, ["-qq", "update"], { env });
    await run(aptGet, ["-qq", "install", "-y", "--no-install-recommends", ...packages], {
      env,
      maxBuffer: 64 * 2 ** 20,
    });
  } catch (error) {
    const { stderr } = error as { stderr?: string };
    throw unavailable(`apt-get failed: ${stderr?.trim() || (error as Error).message}`, commands);
  }
}

/** All that somebody runs who has these packages installed by hand, to the engine that answers. */
export function commandsFor(packages: readonly string[], isRoot = process.getuid?.() === 0): string[] {
  const commands = ["apt-get update", `apt-get install -y --no-install-recommends ${packages.join(" ")}`];
  if (packages.includes("docker.io")) {
    commands.push(startCommand());
    if (!isRoot) commands.push("usermod -aG docker $USER   # then log in again");
  }
  return commands.map((command) => asRoot(command, isRoot));
}

function startCommand(): string {
  return existsSync("/run/systemd/system") ? "systemctl start docker" : "dockerd &";
}

function canInstall({ install }: SetUpOptions): boolean {
  return install && process.getuid?.() === 0 && findProgram("apt-get") !== undefined;
}

async function startEngine(options: SetUpOptions): Promise<SetUp> {
  const dockerd = findProgram("dockerd");
  const systemd = existsSync("/run/systemd/system");
  if (socketIsForbidden() || dockerd === undefined || process.getuid?.() !== 0) {
    throw noEngine(options.env, (await findEngine(options.env, options.clock)).failures);
  }
  options.tell(
    systemd ? "Starting the container engine (systemctl start docker)" : "Starting the container engine (dockerd)",
  );
  // One that was told to end a moment ago ends first; one that is just starting serves us, too.
  const other = systemd ? undefined : await untilAnswering(options, () => !isHeld(enginePidFile));
  if (other !== undefined) return { engineUrl: other, undo: async () => {} };
  if (systemd) await promisify(execFile)("systemctl", ["start", "docker"]);
  const engine = systemd ? undefined : launchEngine(dockerd, enginePidFile, engineLog);
  const engineUrl = await untilAnswering(options, () => engine?.hasEnded() === true);
  if (engineUrl !== undefined) return { engineUrl, undo: async () => engine?.stop() };
  await engine?.stop();
  throw unavailable(`The container engine did not start:\n${lastLines(engineLog)}`, [asRoot(startCommand())]);
}

/** The address of an engine as soon as one answers; undefined when `giveUp` says so, or after a minute. */
async function untilAnswering({ env, clock }: SetUpOptions, giveUp: () => boolean): Promise<string | undefined> {
  for (const until = clock.now() + engineStartSeconds * 1000; clock.now() < until; await sleep(clock, lookAgainMs)) {
    const isOver = giveUp();
    const engineUrl = (await findEngine(env, clock)).engine?.address.url;
    if (engineUrl !== undefined || isOver) return engineUrl;
  }
  return undefined;
}

/** A socket that is there and may not be used is the commonest reason of all. */
export function socketIsForbidden(): boolean {
  if (!existsSync(defaultSocket)) return false;
  try {
    accessSync(defaultSocket, constants.R_OK | constants.W_OK);
    return false;
  } catch {
    return true;
  }
}

function asRoot(command: string, isRoot = process.getuid?.() === 0): string {
  return isRoot ? command : `sudo ${command}`;
}

function lastLines(path: string): string {
  return readFileSync(path, "utf8").trimEnd().split("\n").slice(-5).join("\n");
}

function unavailable(problem: string, commands: readonly string[], advice = "Run:"): DriverError {
  const mend = commands.length > 0 ? `\n${advice}\n${commands.map((command) => `  ${command}`).join("\n")}` : "";
  return new DriverError("Unavailable", `${problem.trimEnd()}${mend}`);
}
