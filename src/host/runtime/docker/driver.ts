import { createDirectShell } from "#host/network/direct-shell.ts";
import type { PrivilegedShell } from "#host/network/privileged-shell.ts";
import { type Clock, sleep, systemClock } from "#kernel/clock.ts";
import { type Random, systemRandom } from "#kernel/random.ts";
import type { RuntimeDriver } from "../driver.ts";
import { candidateAddresses, parseAddress } from "./address.ts";
import type { SandboxGroups } from "./cgroup.ts";
import { createEngineClient } from "./client.ts";
import { createContainers } from "./containers.ts";
import { createContext, type DockerContext } from "./context.ts";
import { knownFaults } from "./engine-info.ts";
import { createEngineEvents } from "./events.ts";
import { createExecs } from "./exec.ts";
import { createImages } from "./images.ts";
import { readLogs } from "./logs.ts";
import { checkName } from "./names.ts";
import { createOomJudge } from "./oom.ts";
import { createPauseContainers } from "./pause.ts";
import { forceRemove } from "./requests.ts";
import { createSandboxes } from "./sandboxes.ts";
import { createStats } from "./stats.ts";
import { createStock } from "./stock.ts";
import { createUsage } from "./usage.ts";
import { createVolumes } from "./volumes.ts";

/** How long closing waits for the engine. */
const closeMs = 5_000;

export interface DockerDriverOptions {
  /** Marks what this driver makes: letters, digits, `-`, `_`. Two drivers of one owner must not run at once. */
  readonly owner: string;
  readonly clock?: Clock;
  readonly random?: Random;
  /** Takes one line for people about what went wrong in the background. */
  readonly log: (message: string) => void;
  /** A path or DOCKER_HOST's notation, as `findEngine` gives it; by default DOCKER_HOST, else /var/run/docker.sock. */
  readonly socket?: string;
  /** Of the engine's machine, with the right to signal its processes; the caller closes it. By default of this one. */
  readonly shell?: PrivilegedShell;
  /** Whether output is read from the engine's own files where they can be (the default), or always through its API. */
  readonly readsLogFiles?: boolean;
}

/** The driver for engines that speak the Docker Engine API (1.41 or newer). Nothing is asked of the engine yet. */
export function createDockerDriver(options: DockerDriverOptions): RuntimeDriver {
  const clock = options.clock ?? systemClock();
  const address = parseAddress(options.socket ?? candidateAddresses(process.env)[0]!, process.env);
  const ownShell = options.shell === undefined ? createDirectShell({ clock }) : undefined;
  const context = createContext({
    owner: checkName("owner", options.owner),
    client: createEngineClient(address, clock),
    clock,
    random: options.random ?? systemRandom(),
    log: options.log,
    shell: options.shell ?? ownShell!,
    readsLogFiles: options.readsLogFiles ?? true,
  });
  const driver = assemble(context);
  return {
    ...driver,
    async close() {
      await driver.close();
      await ownShell?.close();
    },
  };
}

function assemble(context: DockerContext): RuntimeDriver {
  const images = createImages(context.client);
  const pauses = createPauseContainers(context);
  const stock = createStock(context, pauses);
  const oom = createOomJudge(context.clock);
  const sandboxes = createSandboxes(context, pauses, stock, oom);
  const containers = createContainers(context, sandboxes, oom);
  let groups: SandboxGroups | undefined;
  const volumes = createVolumes(context);
  const stats = createStats(context);
  const usage = createUsage(context);
  const execs = createExecs(context);
  const events = createEngineEvents(context, {
    async onConnected() {
      groups = (await context.engine()).groups;
      await stock.reconcile();
      await sandboxes.sweep();
    },
    onPreparedEnded: stock.ended,
    onRemoved(id) {
      stats.forget(id);
      oom.forget(id);
    },
    wasOomKilled: (id, cgroup) => groups === undefined || oom.wasHit(groups, id, cgroup),
  });
  /** While a user waits for the engine, nothing is prepared for later. */
  const foreground = async <T>(work: () => Promise<T>): Promise<T> => {
    const done = stock.working();
    return await work().finally(done);
  };

  /** Groups that an earlier process left may have had to stay while sandboxes were being made. */
  const leaveNothing = async () => {
    await stock.close();
    if (groups === undefined) return;
    await sandboxes
      .sweep()
      .catch((error: Error) => context.log(`Unused control groups could not be removed: ${error.message}`));
  };

  return {
    name: "docker",
    async info() {
      const { info, groups } = await context.engine();
      const { cgroupDriver: _, dataRoot: __, ...common } = info;
      const missing = groups.unsupported;
      return {
        ...common,
        sandboxLimits: missing === undefined,
        limitations: [
          ...(missing === undefined ? [] : [`CPU and memory of a task as a whole are not limited: ${missing}`]),
          ...knownFaults(info.version),
        ],
      };
    },
    findImage: images.find,
    pullImage: images.pull,
    importImage: images.import,
    createSandbox: (spec) => foreground(() => sandboxes.create(spec)),
    prepareSandboxes(count) {
      if (count > 0) events.connect();
      return stock.prepare(count);
    },
    stopSandbox: sandboxes.stop,
    removeSandbox: sandboxes.remove,
    createContainer: (sandboxId, spec) => foreground(() => containers.create(sandboxId, spec)),
    startContainer: (containerId) => foreground(() => containers.start(containerId)),
    signalContainer: containers.signal,
    removeContainer: (containerId) => forceRemove(context, containerId),
    inspectContainer: containers.inspect,
    listSandboxes: sandboxes.list,
    watch: events.watch,
    readLogs: (containerId, readOptions) => readLogs(context, containerId, readOptions),
    containerStats: stats.read,
    readUsage: usage.read,
    readNetworks: usage.networks,
    createVolume: volumes.create,
    removeVolume: volumes.remove,
    listVolumes: volumes.list,
    exec: execs.start,
    endLostExecs: execs.endLost,
    async close() {
      events.close();
      // What is half made would stay on the engine; one that does not answer is not waited for.
      const patience = new AbortController();
      const over = sleep(context.clock, closeMs, patience.signal).catch(() => undefined);
      await Promise.race([leaveNothing(), over]);
      patience.abort();
      await context.close();
    },
  };
}
