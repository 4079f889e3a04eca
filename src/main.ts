import { join } from "node:path";
import { CommandError, exitCodes } from "#cli/command.ts";
import type { RunPlatform } from "#cli/commands/up.ts";
import { type Control, startControl } from "#control/index.ts";
import { createServiceCallAudit } from "#gateway/audit/service-calls.ts";
import { type Authorizer, createAuthorizer } from "#gateway/authorize/authorizer.ts";
import { readCallInput } from "#gateway/call-input.ts";
import { createDoor } from "#gateway/door.ts";
import { createGateway, type Gateway, type Mount } from "#gateway/gateway.ts";
import type { Authorize } from "#gateway/pipeline.ts";
import type { Agent } from "#host/agent/agent.ts";
import { type Clock, systemClock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import type { ServiceModule } from "#kernel/handler.ts";
import { createLog } from "#kernel/log.ts";
import { MinuteCounts } from "#kernel/minute-counts.ts";
import { type Random, systemRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { type CallCheck, createActAs } from "#platform/act-as.ts";
import type { BackupParts } from "#platform/backup/question.ts";
import { removeSnapshots } from "#platform/backup/snapshot.ts";
import { Bugs } from "#platform/bugs.ts";
import { CallCounts } from "#platform/call-counts.ts";
import { collections, eventSources, linkedRoleUses } from "#platform/collections.ts";
import { accessMend } from "#platform/data-access.ts";
import { type DataFolder, makeDataFolder, openDataFolder } from "#platform/data-folder.ts";
import { diskFiles } from "#platform/disk-files.ts";
import { freeSpace, spaceProblems } from "#platform/disk-space.ts";
import { createEcrPorts } from "#platform/ecr-ports.ts";
import { engineName } from "#platform/engine-name.ts";
import { type Host, type HostParts, startHost } from "#platform/host.ts";
import { createHostAgent } from "#platform/host-agent.ts";
import { openHttp } from "#platform/http-sender.ts";
import { createIdentity, type Identity } from "#platform/identity.ts";
import { openImageStorage } from "#platform/image-storage.ts";
import { loadBalancerKeys } from "#platform/load-balancer-keys.ts";
import { isLoadBalancerName, loadBalancerAddress } from "#platform/load-balancer-names.ts";
import { openLogsOnDisk } from "#platform/logs.ts";
import { readMasterKey } from "#platform/master-key.ts";
import { startPrometheus } from "#platform/prometheus.ts";
import type { Pulls } from "#platform/pulls.ts";
import { questions } from "#platform/questions.ts";
import { startRegistry } from "#platform/registry.ts";
import { createRoleActor } from "#platform/role-actor.ts";
import { adminRoutes } from "#platform/routes.ts";
import { createServices } from "#platform/services.ts";
import { asFarAsItGoes, resetState, stopAllTasks, untilRemoved, untilStopped } from "#platform/shutdown.ts";
import { createTaskCredentials } from "#platform/task-credentials.ts";
import { createTaskProtection } from "#platform/task-protection.ts";
import { trailLogsRefusal } from "#platform/trail-rights.ts";
import { createUpstreamClient, Scanner } from "#registry/index.ts";
import { Trail, TrailDelivery } from "#services/cloudtrail/index.ts";
import { createMetricSink, MetricStorage } from "#services/cloudwatch/index.ts";
import { AgentHub, createUsageReceiver } from "#services/ecs/index.ts";
import { tasks } from "#services/ecs/model.ts";
import { loadBalancers } from "#services/elb/model.ts";
import { sourceEvents } from "#services/events/index.ts";
import { linkedRoles } from "#services/iam/index.ts";
import { createLogSink, type LogStorage } from "#services/logs/index.ts";
import { createSessions, type Sessions } from "#sessions/index.ts";
import { createStore, openEmbeddedEngine, type StoreHost } from "#store/index.ts";
import { signRequest } from "#wire/sigv4/sign.ts";
import { version } from "./version.ts";

/** The composition root: every part of the platform, listed once; its services are in `platform/services.ts`. */

/** How long all tasks together may take to stop: a stopTimeout is 120 seconds at most on Fargate. */
const stopSeconds = 150;

export interface PlatformOptions {
  readonly listenHost: string;
  /** 0 takes a free one. */
  readonly port: number;
  readonly dataDir: string;
  /** Allows `POST /_estiva/reset`. */
  readonly dev: boolean;
  readonly account: string;
  readonly region: string;
  readonly stoppedTaskHours: number;
  readonly env: NodeJS.ProcessEnv;
  readonly log: Log;
  /** Told of bugs in operations and controllers beside the log, for tests that none may pass. */
  readonly onBug?: (error: unknown) => void;
  /** The machine that runs the tasks; by default this one, with its container engine. */
  readonly host?: (parts: HostParts) => ReturnType<typeof startHost>;
}

export interface Platform {
  readonly endpoint: string;
  readonly data: DataFolder;
  readonly store: StoreHost;
  /** Stops every task, which clients can see; resolves with false when some go on. Only to be closed then. */
  stopTasks(reason: string): Promise<boolean>;
  /**
   * Ends the platform, not the tasks: the next start adopts them. Where there are none, or they have been stopped, it
   * takes all that was made for them off the machine.
   */
  close(): Promise<void>;
}

export async function startPlatform(options: PlatformOptions): Promise<Platform> {
  const clock = systemClock();
  const random = systemRandom();
  const { log } = options;
  const bugs = new Bugs(log, options.onBug);
  makeDataFolder(options.dataDir);
  const engine = await openEmbeddedEngine({ clock, dataDir: options.dataDir });
  await removeSnapshots(options.dataDir);
  const data = openDataFolder(options.dataDir, options.env, random);
  const box = createSecretBox(readMasterKey(data.platformId, options.env, random), random);
  const source = { clock, random };
  const derivations = [sourceEvents(eventSources, source), linkedRoles(linkedRoleUses, source)];
  const store = await createStore({ engine, collections, clock, derivations });
  const logsOnDisk = openLogsOnDisk({ dataDir: options.dataDir, clock, log });
  const metrics = await MetricStorage.open({ files: diskFiles(join(options.dataDir, "metrics")), clock, log });
  const trail = await Trail.open({ folder: join(options.dataDir, "trail"), clock, log });
  const images = openImageStorage({
    ...{ dataDir: options.dataDir, env: options.env, clock, random, log, sign: signRequest },
  });
  const { blobs } = images;
  const sessions: Sessions = createSessions({
    ...{ box, clock, random, log },
    agents: {
      isConnected: (hostId) => hub.isConnected(hostId),
      exec: (hostId, message) => hub.exec(hostId, message),
    },
  });
  const { openDataChannel } = sessions;
  const measured = createMetricSink(metrics);
  const counts = new MinuteCounts({ sink: measured, clock, log, failure: "Counts of invocations could not be stored" });
  logsOnDisk.publishMetrics(store, measured);
  const publishUsage = createUsageReceiver({ store, sink: measured });
  const hub = new AgentHub({ store, clock, random, openDataChannel, publishUsage });

  const { account, region } = options;
  const identity = createIdentity({ store, secretBox: box, clock, random, log, account, region, root: data.root });
  const sink = createLogSink({ store, storage: logsOnDisk.storage, clock, random });
  const { canAssume, trusts } = identity;
  const roles = createRoleActor({
    ...{ store, clock, trusts, readInput: readCallInput },
    check: (request) => authorizer.check(request),
    actAs: (call) => actAs(call),
  });
  const upstream = createUpstreamClient({ clock, open: openHttp });
  const scansDir = join(options.dataDir, "scans");
  const scanner = new Scanner({ blobs, dir: scansDir, env: options.env, clock, random });
  const ecrPorts = createEcrPorts({
    ...{ store, clock, upstream, scanner, canAssume },
    check: (request) => authorizer.check(request),
    actAs: (call) => actAs(call),
  });
  const checkCall: CallCheck = (call) => authorizer.checkCall(call);
  const refusal = trailLogsRefusal({ store, trusts, check: checkCall });
  const delivery = new TrailDelivery({ store, trail, sink, refusal, clock, log });
  const { services, loadBalancing } = createServices({
    ...{ store, clock, log, env: options.env, account, stoppedTaskHours: options.stoppedTaskHours, box },
    ...{ identity, roles, hub, sessions, logsOnDisk, sink, metrics, measured, counts, trail, delivery, refusal },
    ...{ blobs, ecrPorts },
  });
  const authorizer = createAuthorizer({ services, store, clock, secretBox: box, compile: identity.compile });
  const audit = createServiceCallAudit({ audit: trail, clock, random, log });
  const actAs = createActAs({ services, store, clock, random, log, canAssume, check: checkCall, audit });
  const controllers = services.flatMap((service) => service.controllers);
  const control = startControl({ store, controllers, clock, random, log, onBug: bugs.report });
  const host = await (options.host ?? startHost)({ data, clock, random, log, env: options.env });
  let ownPort: number | undefined;
  const { agent, pulls } = createHostAgent({
    ...{ platformId: data.platformId, dataDir: options.dataDir, host, hub, loadBalancing, store, sink, measured },
    ...{ trusts, check: authorizer.check, checkCall, actAs, ownPort: () => ownPort, clock, random, log },
  });
  const registry = startRegistry({
    ...{ store, blobs, box, clock, random, log, upstream },
    ...{ ports: ecrPorts, onBug: bugs.report },
  });
  const prometheus = startPrometheus({ metrics, store, control, clock, log, data, version, env: options.env });
  const callCounts = new CallCounts({ sink: measured, clock, log });
  const backup: BackupParts = {
    ...{ dataDir: options.dataDir, account, random, copyStore: (file) => engine.copyTo(file) },
    ...{ stillMetrics: (work) => metrics.still(work), flushTrail: () => trail.flush() },
  };
  const gateway = openGateway(options, {
    ...{ services, store, clock, random, trail, host, identity, authorizer, sessions, control },
    storage: logsOnDisk.storage,
    ...{ agent, pulls, metrics, prometheus, callCounts, bugs, backup },
    mounts: [...registry.mounts, loadBalancerKeys(store)],
  });
  await agent.start();
  delivery.start();
  const credentials = createTaskCredentials({ store, secretBox: box, clock, random, log, trusts });
  const protection = createTaskProtection({ store, trusts, actAs, clock, random, log });
  const leaveMachine = async () => {
    await untilRemoved({ driver: host.driver, store, clock, log });
    await asFarAsItGoes(host.clear(), log);
  };
  const listen = async () => {
    await host.serve({ agent, gateway, credentials, protection }).catch(asServiceAddressError);
    return gateway.listen(options.listenHost, options.port);
  };
  ownPort = await listen().catch(async (error: unknown) => {
    if (isIdle(store)) await leaveMachine();
    await agent.stop();
    await host.close();
    throw error;
  });
  const endpoint = `http://${options.listenHost}:${ownPort}`;
  let stopReason: string | undefined;
  data.announce({ endpoint, pid: process.pid, version, account: options.account });

  return {
    endpoint,
    data,
    store,
    async stopTasks(reason) {
      // They rest to the end of the process: with the next start services bring their tasks back.
      await control.holdStarts();
      if (!(await stopAllTasks({ store, clock }, reason, stopSeconds))) return false;
      stopReason = reason;
      agent.removeLoadBalancers();
      // Clients are answered until then: who follows a task sees its end.
      await untilRemoved({ driver: host.driver, store, clock, log });
      return true;
    },
    async close() {
      data.withdraw();
      await sessions.close();
      await gateway.close();
      await control.holdStarts();
      // From here on nobody can ask for a task; one that was asked for meanwhile ends, too.
      if (stopReason !== undefined) await stopAllTasks({ store, clock }, stopReason, stopSeconds);
      if (stopReason !== undefined || isIdle(store)) await leaveMachine();
      await callCounts.close();
      await prometheus.close();
      await registry.close();
      images.close();
      await agent.stop();
      hub.close();
      // What controllers wait for ends first.
      await scanner.close();
      await control.stop();
      await counts.close();
      await host.close();
      await identity.usage.close();
      await trail.flush();
      await delivery.close();
      store.close();
      await logsOnDisk.close();
      await metrics.close();
      await trail.close();
      await engine.close();
    },
  };
}

interface GatewayParts {
  readonly services: readonly ServiceModule[];
  readonly store: StoreHost;
  readonly clock: Clock;
  readonly random: Random;
  readonly storage: LogStorage;
  readonly trail: Trail;
  readonly metrics: MetricStorage;
  readonly control: Control;
  readonly host: Host;
  readonly identity: Identity;
  readonly authorizer: Authorizer;
  readonly mounts: readonly Mount[];
  readonly sessions: Sessions;
  readonly agent: Agent;
  readonly pulls: Pulls;
  readonly prometheus: ReturnType<typeof startPrometheus>;
  readonly callCounts: CallCounts;
  readonly bugs: Bugs;
  readonly backup: BackupParts;
}

function openGateway(options: PlatformOptions, parts: GatewayParts): Gateway {
  const { account, region, log } = options;
  const { services, store, clock } = parts;
  const { canAssume, credentials } = parts.identity;
  const authorize: Authorize = (request) => {
    parts.identity.usage.note(request.caller, request.operation.service.name, request.region);
    return parts.authorizer.authorize(request);
  };
  const gateway = createGateway({
    ...{ services, clock, random: parts.random, log, account, region },
    store: store.as("api"),
    onBug: parts.bugs.report,
    strictFaults: options.dev,
    ...{ credentials, canAssume },
    authorize,
    audit: parts.trail,
    observe(call) {
      parts.prometheus.observe(call);
      parts.callCounts.take(call);
    },
    mounts: parts.mounts,
    upgrades: [parts.sessions.mount],
    sites: [createDoor(isLoadBalancerName, (name) => loadBalancerAddress(store, name))],
    routes: {
      ...parts.prometheus.routes,
      ...adminRoutes({
        ...{ version, clock, dev: options.dev },
        reset: () => resetState({ ...parts, requests: gateway }, stopSeconds),
        isTaskInBridge: (address) => parts.agent.findInBridge(address) !== undefined,
        problems: async () => [
          ...spaceProblems(options.dataDir, await freeSpace(options.dataDir)),
          ...(await parts.host.problems()),
          ...parts.bugs.problems(),
        ],
        engine: () => engineName(parts.host.driver),
        activeTasks: () => parts.store.view(tasks).count("alive", "yes"),
      }),
    },
    signedRoutes: questions({
      ...{ ...parts, canAssume, env: options.env },
      progressOf: (taskArn) => parts.agent.progressOf(taskArn),
    }),
  });
  return gateway;
}

/** `estiva up`: runs the platform until the terminal's signal. Resolves with the exit code. */
export const runPlatform: RunPlatform = async (options, terminal, onReady) => {
  const clock = systemClock();
  const log = createLog({
    clock,
    level: options.logLevel,
    format: options.logFormat,
    write: (line) => terminal.err(line),
  });
  // Thrown where no request and no reconcile is: nothing can be trusted any more but what is on disk.
  const endByBug = (error: unknown) => {
    log.error("A bug was found; the platform ends. Please report it with this line.", { error });
    process.exit(exitCodes.bug);
  };
  process.on("uncaughtException", endByBug);
  const platform = await startPlatform({ ...options, env: process.env, log }).catch((error: unknown) =>
    asCommandError(error, options.dataDir),
  );
  onReady(platform.endpoint);
  const stopTasks = await untilStopped(terminal.signal);
  if (options.stopTasks || stopTasks) await platform.stopTasks("The platform is being stopped");
  await platform.close();
  return exitCodes.ok;
};

/** Where nothing runs there is nothing to leave behind on the machine. */
function isIdle(store: StoreHost): boolean {
  return store.view(tasks).count("alive", "yes") === 0 && store.view(loadBalancers).size === 0;
}

/** Platforms choose addresses that are free, and may choose that of one that does not run just then. */
function asServiceAddressError(error: unknown): never {
  const { code, message } = error as NodeJS.ErrnoException;
  if (code !== "EADDRINUSE") throw error;
  const mend = "Another platform has this host service address. Choose another with ESTIVA_SERVICE_ADDRESS.";
  throw new DriverError("Unavailable", `${message}. ${mend}`, { cause: error });
}

/** What the user can mend is told without a stack: what was refused by the machine, or by what the user asked for. */
function asCommandError(error: unknown, dataDir: string): never {
  if (error instanceof DriverError && error.reason !== "NoAccess") {
    throw new CommandError(error.message, exitCodes.unavailable);
  }
  const { syscall, code, message } = (error instanceof DriverError ? error.cause : error) as NodeJS.ErrnoException;
  if (syscall === "listen" || syscall === "getaddrinfo") {
    const mend = "Choose another port with --port, or address with --host.";
    throw new CommandError(`${message}. ${mend}`, exitCodes.unavailable);
  }
  if (code === "ENOSPC" || code === "EDQUOT") {
    const mend = `Free some space on the disk of the data folder, ${dataDir}, and start again.`;
    throw new CommandError(`${message}. ${mend}`, exitCodes.unavailable);
  }
  const mend = accessMend(code, dataDir);
  const words = `The machine refused: ${message}.${mend === undefined ? "" : ` ${mend}`}`;
  if (syscall !== undefined) throw new CommandError(words, exitCodes.unavailable);
  throw error;
}
