import { readFile } from "node:fs/promises";
import { parseOpenFiles } from "#host/agent/open-files.ts";
import type { ContainerSpec, ContainerStatus, RuntimeDriver, Sandbox } from "#host/runtime/driver.ts";
import { DriverError } from "#kernel/fault.ts";
import { checkArguments, proxyArguments, proxyEnvironment } from "./command.ts";
import { ensureProxyImage, proxyProgram, shellProgram } from "./image.ts";
import type { ProxyPlace } from "./proxy.ts";

/** Where the container has the folder. */
export const containerFolder = "/node";
/** Nobody else's on this machine; the folder is the user's own. */
const proxyUser = { uid: 65_532, gid: 65_532 };
/** Twice the connections, which are enough: HAProxy sets aside memory for each. */
const wantedFiles = 65_536;
/** For what is no connection. */
const ownFiles = 500;

export interface ProxyContainerOptions {
  readonly driver: RuntimeDriver;
  /** Running, and plugged in where that is wanted. */
  readonly sandbox: Pick<Sandbox, "id" | "pid">;
  /** Of the container in its sandbox. */
  readonly name: string;
  readonly labels: Readonly<Record<string, string>>;
  /** HAProxy's folder on this machine. */
  readonly folder: string;
  /** Whether the engine keeps its output, so that it can be read. */
  readonly keepLogs: boolean;
}

export interface ProxyContainer extends ProxyPlace {
  /** That its limit of open files allows. */
  readonly maxConnections: number;
  /** Undefined: there is no container. */
  containerId(): Promise<string | undefined>;
}

/**
 * Starts HAProxy, and again as soon as it has ended: its master ends with its worker. The engine takes several times as
 * long to start the container again, and more where the machine is busy. To one that ends again and again it is left,
 * because it waits longer each time. What tells the shell to end ends the container, with all that is in it.
 */
const keepRunning = 'trap exit TERM; for start in 1 2 3 4 5; do "$0" "$@" & wait $!; done';

/**
 * HAProxy as a container of a sandbox: without rights, without anything to write to but its folder, and started again
 * in it when it ends, with or without the platform. It binds low ports where the sandbox was made with
 * `proxySysctls`.
 */
export async function proxyContainer(options: ProxyContainerOptions): Promise<ProxyContainer> {
  const { driver, folder, name } = options;
  const sandboxId = options.sandbox.id;
  const { rootless, local } = await driver.info();
  if (!local) {
    const message = "The container engine is on another machine: load balancers need it on this one";
    throw new DriverError("Failed", message);
  }
  const isRoot = process.getuid?.() === 0;
  // With a rootless engine the root of its containers is the engine's own user, who is the platform's.
  const user = rootless ? { uid: 0, gid: 0 } : isRoot ? proxyUser : { uid: process.getuid!(), gid: process.getgid!() };
  /** A listing asks for everything on the engine: once is enough. */
  let known: string | undefined;
  const openFiles = Math.min(wantedFiles, (await engineFiles(options.sandbox.pid)) ?? wantedFiles);
  const find = async (): Promise<ContainerStatus | undefined> => {
    if (known !== undefined) return await inspect(driver, known);
    const sandbox = (await driver.listSandboxes()).find(({ id }) => id === sandboxId);
    const found = sandbox?.containers.find((container) => container.name === name);
    known = found?.id;
    return found;
  };
  return {
    folder,
    maxConnections: Math.floor((openFiles - ownFiles) / 2),
    ...(isRoot && !rootless && { user: proxyUser }),
    containerId: async () => (await find())?.id,
    async isRunning() {
      return (await find())?.state === "running";
    },
    async start() {
      const old = await find();
      if (old !== undefined) await driver.removeContainer(old.id);
      known = undefined;
      const image = await ensureProxyImage(driver);
      const id = await driver.createContainer(sandboxId, spec(options, image, `${user.uid}:${user.gid}`, openFiles));
      known = id;
      await driver.startContainer(id);
    },
    async check(fileName) {
      const running = await find();
      if (running === undefined) throw new DriverError("Unavailable", "HAProxy does not run", { retryable: true });
      const command = [proxyProgram, ...checkArguments(containerFolder, fileName)];
      const process = await driver.exec(running.id, { command, tty: false });
      let output = "";
      for await (const { data } of process.output) output += Buffer.from(data).toString();
      if ((await process.exited) !== 0) throw new DriverError("InvalidSpec", `HAProxy refuses: ${alerts(output)}`);
    },
  };
}

async function engineFiles(pid: number): Promise<number | undefined> {
  return parseOpenFiles(await readFile(`/proc/${pid}/limits`, "utf8").catch(() => ""));
}

async function inspect(driver: RuntimeDriver, containerId: string): Promise<ContainerStatus | undefined> {
  return await driver.inspectContainer(containerId).catch((error) => {
    if (error instanceof DriverError && error.reason === "NotFound") return undefined;
    throw error;
  });
}

/** Of the sandbox: a user without rights may listen at every port. */
export const proxySysctls = { "net.ipv4.ip_unprivileged_port_start": "0" } as const;

function spec(
  { name, labels, folder, keepLogs }: ProxyContainerOptions,
  image: string,
  user: string,
  openFiles: number,
): ContainerSpec {
  return {
    ...{ name, labels, image, user },
    entrypoint: [shellProgram, "-c", keepRunning, proxyProgram],
    command: proxyArguments(containerFolder),
    environment: Object.entries(proxyEnvironment).map(([variable, value]) => `${variable}=${value}`),
    ...{ interactive: false, tty: false, privileged: false, init: false },
    readonlyRootfs: true,
    capAdd: [],
    capDrop: ["ALL"],
    securityOptions: ["no-new-privileges"],
    devices: [],
    ulimits: [{ name: "nofile", soft: openFiles, hard: openFiles }],
    sysctls: {},
    tmpfs: [],
    mounts: [{ type: "bind", source: folder, target: containerFolder, readOnly: false }],
    volumesFrom: [],
    disableNetworking: false,
    pidMode: "private",
    ipcMode: "private",
    keepLogs,
    restart: "always",
  };
}

function alerts(output: string): string {
  const lines = output.split("\n").filter((line) => line.includes("[ALERT]"));
  return lines.map((line) => line.replace(/^.*?\) : /, "")).join(" ") || output.trim();
}
