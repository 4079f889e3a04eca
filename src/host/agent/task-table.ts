import type { HostNetwork } from "#host/network/network.ts";
import { isNodeSandbox } from "#host/proxy/home.ts";
import type { RuntimeDriver, SandboxStatus } from "#host/runtime/driver.ts";
import type { PayloadMessage, TaskPayload, TaskStateChange } from "#kernel/agent-protocol.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { hex, type Random } from "#kernel/random.ts";
import { TaskActor } from "./actor.ts";
import type { ExecSessions } from "./exec/sessions.ts";
import type { Images } from "./images.ts";
import type { Journal } from "./journal.ts";
import { createListing, type Listing } from "./listing.ts";
import type { Networks } from "./networks.ts";
import type { Perform } from "./perform.ts";
import type { AgentOptions, TaskLogs } from "./ports.ts";
import { type Progress, progressOf } from "./step/progress.ts";
import { type Input, newTask, recallTask, type Task, taskIdOf } from "./step/state.ts";
import { sweep } from "./sweep.ts";
import type { HealthPublisher } from "./telemetry/health.ts";
import type { UsagePublisher } from "./telemetry/usage.ts";
import { Tombstones } from "./tombstones.ts";

export interface TaskTableDeps {
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly driver: RuntimeDriver;
  readonly network: HostNetwork;
  readonly logs: TaskLogs;
  readonly journal: Journal;
  readonly perform: Perform;
  readonly images: Images;
  readonly networks: Networks;
  readonly health: HealthPublisher;
  readonly usage: Pick<UsagePublisher, "changed">;
  readonly execs: Pick<ExecSessions, "found" | "taskChanged">;
  /** Whether a load balancer node of the host has the interface. */
  readonly hasNodeInterface: (networkInterfaceId: string) => boolean;
  readonly options: AgentOptions;
  readonly submit: (change: TaskStateChange) => Promise<void>;
}

/** A container as the metadata endpoint finds it. */
export interface KnownContainer {
  readonly task: Task;
  readonly containerName: string;
}

type Before = ReadonlyMap<string, Extract<Input, { type: "listed" }>["before"]>;

/** All the host's tasks: who is there, who is new, who has to go, and what nobody owns. */
export class TaskTable {
  readonly #deps: TaskTableDeps;
  readonly #actors = new Map<string, TaskActor>();
  readonly #byMetadataId = new Map<string, { readonly actor: TaskActor; readonly containerName: string }>();
  /** Network interface id -> the task that has it, for life. */
  readonly #byInterface = new Map<string, TaskActor>();
  readonly #tombstones: Tombstones;
  readonly #listing: Listing;
  /** Sandboxes of the last listing that no task claims, by name; undefined before the first. */
  #unclaimed: Map<string, SandboxStatus> | undefined;
  /** The control plane has named all the host's tasks: what is not among them has no owner. */
  #complete = false;
  #sweeping = false;
  /** What earlier runs left could not all be removed: to be tried with the next listing. */
  #unswept = false;
  #stopped = false;

  constructor(deps: TaskTableDeps) {
    this.#deps = deps;
    this.#tombstones = new Tombstones(deps.clock);
    this.#listing = createListing<Before>({
      driver: deps.driver,
      clock: deps.clock,
      random: deps.random,
      log: deps.log,
      everyMs: deps.options.relistSeconds * 1000,
      before: () => this.#known(),
      onListed: (sandboxes, before) => this.#onListed(sandboxes, before),
    });
  }

  /** Takes up the tasks of the agent's earlier run, before the control plane is heard. */
  async load(): Promise<void> {
    for (const { payload, memory } of await this.#deps.journal.load()) {
      for (const { image } of payload.containers) this.#deps.images.markUsed(image);
      this.#add(recallTask(payload, memory));
    }
  }

  relist(): void {
    this.#listing.request();
  }

  /** Events of the engine may have been missed. */
  engineBack(): void {
    for (const actor of this.#actors.values()) actor.put({ type: "engineBack" });
    this.relist();
  }

  newSession(): void {
    for (const actor of this.#actors.values()) actor.messageSeqNum = Number.NEGATIVE_INFINITY;
    this.#deps.health.again([...this.#actors.values()].map((actor) => actor.task));
  }

  /** Idempotent: messages may be late, double, or lost and sent again. */
  payload(message: PayloadMessage): void {
    const named = new Set(message.tasks.map((task) => taskIdOf(task.taskArn)));
    for (const payload of message.tasks) this.#take(payload, message);
    if (!message.complete) return;
    this.#complete = true;
    for (const actor of this.#actors.values()) {
      if (!named.has(actor.id) && actor.messageSeqNum < message.seqNum) actor.put({ type: "unwanted" });
    }
    this.#removeUnclaimed();
    void this.#sweep();
  }

  /** These network interfaces came, went or changed. */
  networkChanged(networkInterfaceIds: ReadonlySet<string>): void {
    for (const id of networkInterfaceIds) {
      const actor = this.#byInterface.get(id);
      if (actor !== undefined) this.#tellNetwork(actor);
    }
  }

  /** Something happened to a container. */
  look(sandboxName: string, containerId: string): void {
    this.#actors.get(sandboxName)?.look(containerId);
  }

  /** A sandbox has ended. What the agent itself removes needs no listing, which costs as much as there are tasks. */
  sandboxEnded(sandboxName: string, sandboxId: string): void {
    const live = this.#actors.get(sandboxName)?.task.live;
    const byAgent = live?.underway.some((key) => key === "stopSandbox" || key === "removeSandbox");
    if (live?.sandbox?.id === sandboxId && !byAgent) this.relist();
  }

  findContainer(metadataId: string): KnownContainer | undefined {
    const found = this.#byMetadataId.get(metadataId);
    return found === undefined ? undefined : { task: found.actor.task, containerName: found.containerName };
  }

  *tasks(): Generator<Task> {
    for (const { task } of this.#actors.values()) yield task;
  }

  findTask(taskId: string): Task | undefined {
    return this.#actors.get(taskId)?.task;
  }

  /** Of the tasks that have, or had, this address in the VPC the one that has not ended. */
  findByAddress(vpcId: string, ipv4Address: string): Task | undefined {
    for (const { task } of this.#actors.values()) {
      const { vpcId: own, privateIpv4Address } = task.payload.networkInterface ?? {};
      if (own === vpcId && privateIpv4Address === ipv4Address && !task.memory.detached) return task;
    }
    return undefined;
  }

  findInBridge(ipv4Address: string): Task | undefined {
    for (const { task } of this.#actors.values()) {
      if (task.payload.networkMode === "bridge" && task.live.sandbox?.address === ipv4Address) return task;
    }
    return undefined;
  }

  findByCredentials(credentialsId: string): Task | undefined {
    for (const { task } of this.#actors.values()) if (task.payload.credentialsId === credentialsId) return task;
    return undefined;
  }

  progressOf(taskId: string): Progress | undefined {
    const actor = this.#actors.get(taskId);
    return actor && progressOf(actor.task, actor.waitingFor);
  }

  waiting(): { taskArn: string; waitingFor: string }[] {
    return [...this.#actors.values()].flatMap(({ task, waitingFor }) =>
      waitingFor === undefined ? [] : [{ taskArn: task.payload.taskArn, waitingFor }],
    );
  }

  stop(): void {
    this.#stopped = true;
    this.#listing.stop();
    for (const actor of this.#actors.values()) actor.stop();
  }

  #take(payload: TaskPayload, message: PayloadMessage): void {
    const id = taskIdOf(payload.taskArn);
    const actor = this.#actors.get(id) ?? this.#revive(id, payload);
    if (actor === undefined) return;
    actor.messageSeqNum = Math.max(actor.messageSeqNum, message.seqNum);
    if (actor.task.unwanted) this.#tombstones.askAgain(payload);
    else actor.payload(payload);
    // It is named until it has been reported STOPPED: what was reported has been lost.
    if (message.complete && actor.task.memory.reportedAt !== undefined) actor.reportAgain();
  }

  /** A task that is not in the table: a new one, or one that is over and whose end is told again. */
  #revive(id: string, payload: TaskPayload): TaskActor | undefined {
    const past = this.#tombstones.get(id);
    if (past !== undefined && payload.seqNum <= past.payload.seqNum) return undefined;
    if (past?.reported) {
      const { reportedAt: _told, ...memory } = past.memory;
      return this.#add(recallTask(payload, memory));
    }
    return this.#add(newTask(payload, () => `${id}-${hex(this.#deps.random, 32)}`));
  }

  #add(task: Task): TaskActor {
    const { clock, random, log, driver, logs, journal, perform, options, submit, health, usage, execs } = this.#deps;
    const actor = new TaskActor(task, {
      ...{ clock, random, log, driver, logs, journal, perform, submit },
      times: { drainMs: options.drainWaitSeconds * 1000, keepMs: options.cleanupWaitSeconds * 1000 },
      relist: () => this.relist(),
      onForgotten: (gone) => this.#forget(gone),
      onChanged: ({ task: changed }) => {
        health.changed(changed);
        usage.changed(changed);
        execs.taskChanged(changed);
      },
    });
    this.#actors.set(task.id, actor);
    for (const [containerName, { metadataId }] of Object.entries(task.memory.containers)) {
      this.#byMetadataId.set(metadataId, { actor, containerName });
    }
    const eni = interfaceOf(task);
    if (eni !== undefined) this.#byInterface.set(eni, actor);
    this.#tellNetwork(actor);
    // Sandboxes are made by this agent alone: what the last listing did not show is not there.
    if (this.#unclaimed === undefined) return actor;
    if (this.#unclaimed.has(task.id)) this.relist();
    else actor.put({ type: "listed", sandbox: undefined, before: { sandboxId: undefined, runtimeIds: [] } });
    return actor;
  }

  #forget(actor: TaskActor): void {
    const { task } = actor;
    if (this.#actors.get(task.id) !== actor) return;
    actor.stop();
    this.#actors.delete(task.id);
    const eni = interfaceOf(task);
    if (eni !== undefined && this.#byInterface.get(eni) === actor) this.#byInterface.delete(eni);
    for (const { metadataId } of Object.values(task.memory.containers)) this.#byMetadataId.delete(metadataId);
    const again = this.#tombstones.add(task);
    if (again !== undefined) this.#revive(task.id, again);
  }

  #tellNetwork(actor: TaskActor): void {
    const id = interfaceOf(actor.task);
    if (id === undefined) return;
    const ready = this.#deps.networks.knows(id);
    if (ready !== actor.task.live.networkReady) actor.put({ type: "network", ready });
  }

  #known(): Before {
    return new Map(
      [...this.#actors].map(([id, { task }]) => [
        id,
        {
          sandboxId: task.live.sandbox?.id,
          runtimeIds: Object.values(task.memory.containers).flatMap(({ runtimeId }) => runtimeId ?? []),
          doubts: task.live.doubts,
        },
      ]),
    );
  }

  #onListed(all: readonly SandboxStatus[], before: Before): void {
    const sandboxes = all.filter(({ name }) => !isNodeSandbox(name));
    const byName = new Map(sandboxes.map((sandbox) => [sandbox.name, sandbox]));
    for (const [id, actor] of this.#actors) {
      const known = before.get(id);
      // A task that came while the engine was being asked: the answer may be older than it is.
      if (known === undefined && !byName.has(id) && this.#unclaimed !== undefined) continue;
      actor.put({
        type: "listed",
        sandbox: byName.get(id),
        before: known ?? { sandboxId: undefined, runtimeIds: [] },
      });
      actor.lookAtHealth();
    }
    this.#unclaimed = new Map([...byName].filter(([name]) => !this.#actors.has(name)));
    this.#removeUnclaimed();
    this.#deps.execs.found(
      sandboxes.flatMap(({ name, containers }) =>
        this.#actors.get(name)?.task.payload.enableExecuteCommand
          ? containers.filter(({ state }) => state === "running").map(({ id }) => id)
          : [],
      ),
    );
    if (this.#unswept) void this.#sweep();
  }

  #removeUnclaimed(): void {
    if (!this.#complete || this.#unclaimed === undefined) return;
    for (const [name, { id }] of this.#unclaimed) {
      if (this.#actors.has(name)) continue;
      this.#deps.log.info("Removing a sandbox that no task has", { sandbox: name });
      this.#deps.driver.removeSandbox(id).then(
        () => this.#unclaimed?.delete(name),
        (error) => this.#deps.log.warn("A sandbox could not be removed", { sandbox: name, error: String(error) }),
      );
    }
  }

  async #sweep(): Promise<void> {
    if (this.#sweeping) return;
    this.#sweeping = true;
    this.#unswept = false;
    try {
      await sweep({
        ...this.#deps,
        hasTask: (taskId) => this.#actors.has(taskId),
        hasInterface: (id) => this.#deps.hasNodeInterface(id) || this.#byInterface.has(id),
      });
    } catch (error) {
      this.#unswept = true;
      // What the end of the platform breaks off is the next start's.
      if (!this.#stopped)
        this.#deps.log.warn("Leftovers of earlier runs could not all be removed", { error: String(error) });
    }
    this.#sweeping = false;
  }
}

function interfaceOf({ payload }: Task): string | undefined {
  return payload.networkInterface?.networkInterfaceId;
}
