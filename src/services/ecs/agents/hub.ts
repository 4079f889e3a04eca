import type {
  AgentConnection,
  AgentEndpoint,
  AgentSession,
  ContainerInstanceRegistration,
  HealthMessage,
  HostNamesSpec,
  HostNetworkSpec,
  PayloadMessage,
  TaskStateChange,
} from "#kernel/agent-protocol.ts";
import { parseArn } from "#kernel/arn.ts";
import type { Clock, Timer } from "#kernel/clock.ts";
import type { DataChannel, DataChannelEnd, ExecMessage } from "#kernel/data-channel.ts";
import type { LoadBalancerNode } from "#kernel/load-balancing.ts";
import type { Random } from "#kernel/random.ts";
import { uuid } from "#kernel/random.ts";
import { rerun } from "#kernel/rerun.ts";
import type { Entry, Key, Store } from "#kernel/store.ts";
import type { UsageMessage } from "#kernel/usage.ts";
import { taskController } from "../controllers/task/controller.ts";
import { stepAfterReport } from "../controllers/task/plan.ts";
import { hostKey } from "../model/host.ts";
import { type TaskRecord, taskKeyOfArn, tasks } from "../model/task.ts";
import { taskDefinitionKey, taskDefinitions } from "../model/task-definition.ts";
import { agentDesiredStatus, taskPayload } from "./payload.ts";
import { applyHealth, applyReport, countChange } from "./report.ts";

/** What has been sent and is not acknowledged is sent again after this long. */
const resendMs = 5_000;
/** How often a session shows that it lives, so that the other end of a broken one notices. */
const heartbeatMs = 60_000;

type LatestKind = "network" | "names" | "loadBalancers";

interface Session {
  readonly hostId: string;
  readonly agent: AgentSession;
  /** Task key -> the desired status that was sent last in this session. */
  readonly sent: Map<string, "RUNNING" | "STOPPED">;
  /** Message id -> how to send it again. */
  readonly unacknowledged: Map<string, () => void>;
  /** The last message of each kind of which one replaces the one before: that one need not be sent again. */
  readonly latest: Partial<Record<LatestKind, string>>;
  resend?: Timer;
  heartbeat?: Timer;
}

export interface AgentHubOptions {
  readonly store: Store;
  readonly clock: Clock;
  readonly random: Random;
  /** Where clients of exec sessions wait; without it there are none. */
  readonly openDataChannel?: AgentEndpoint["openDataChannel"];
  /** Takes what containers use; without it nobody wants to know. */
  readonly publishUsage?: AgentEndpoint["publishUsage"];
}

/**
 * The control plane's end of the agents' sessions. What it sends is worked out from the store each time it is asked to
 * look at a task, so that nothing is lost when a message, a session or the whole process is.
 */
export class AgentHub implements AgentEndpoint {
  readonly #store: Store;
  /** Reports move tasks along as the task controller does. */
  readonly #tasks: Store;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #sessions = new Map<string, Session>();
  readonly #openDataChannel: AgentHubOptions["openDataChannel"];
  readonly #publishUsage: AgentHubOptions["publishUsage"];
  #network: HostNetworkSpec | undefined;
  #names: HostNamesSpec | undefined;
  #loadBalancers: readonly LoadBalancerNode[] | undefined;
  #seqNum = 0;
  #isClosed = false;

  constructor(options: AgentHubOptions) {
    this.#store = options.store.as("ecs.agent");
    this.#tasks = options.store.as(taskController.name);
    this.#clock = options.clock;
    this.#random = options.random;
    this.#openDataChannel = options.openDataChannel;
    this.#publishUsage = options.publishUsage;
  }

  async registerContainerInstance(registration: ContainerInstanceRegistration) {
    const known = await this.#store.get(hostKey(registration.hostId));
    const value = known.value ?? { status: "ACTIVE", agentConnected: false, registeredAt: this.#clock.now() };
    await this.#store.commit({ unchanged: [known], put: [{ key: known.key, value: { ...value, registration } }] });
    return { containerInstanceArn: registration.hostId };
  }

  connect(hostId: string, agent: AgentSession): AgentConnection {
    const earlier = this.#sessions.get(hostId);
    if (earlier) this.#close(earlier);
    earlier?.agent.closed("Another session of the same host has been opened.");
    const session: Session = { hostId, agent, sent: new Map(), unacknowledged: new Map(), latest: {} };
    this.#sessions.set(hostId, session);
    this.#noteConnection(hostId);
    this.#armHeartbeat(session);
    if (this.#network) this.#sendNetwork(session, this.#network);
    if (this.#names) this.#sendNames(session, this.#names);
    if (this.#loadBalancers) this.#sendLoadBalancers(session, this.#loadBalancers);
    this.#sendTasks(session, this.#store.view(tasks).by("host", hostId), true);
    return {
      ack: (messageId) => {
        session.unacknowledged.delete(messageId);
        if (session.unacknowledged.size === 0) session.resend?.cancel();
      },
      close: () => this.#close(session),
    };
  }

  /** Ends every session, as when the process stops. That is no word on the agents: they connect to the next one. */
  close(): void {
    this.#isClosed = true;
    for (const session of this.#sessions.values()) {
      this.#close(session);
      session.agent.closed("The control plane is stopping.");
    }
  }

  /** Tells the task's agent of it, when what it was told last no longer holds. */
  dispatch(key: Key<TaskRecord>): void {
    const task = this.#store.view(tasks).get(key);
    const session = task?.value.hostId === undefined ? undefined : this.#sessions.get(task.value.hostId);
    if (task === undefined || session === undefined) return;
    if (task.value.agent?.status === "STOPPED") {
      session.sent.delete(key);
      return;
    }
    if (session.sent.get(key) !== agentDesiredStatus(task.value)) this.#sendTasks(session, [task], false);
  }

  /** Whether the host's agent is connected now. */
  isConnected(hostId: string): boolean {
    return this.#sessions.has(hostId);
  }

  /** Has the host's agent open the session's data channel. False when the agent is not connected. */
  exec(hostId: string, wanted: Omit<ExecMessage, "messageId">): boolean {
    const session = this.#sessions.get(hostId);
    if (session === undefined) return false;
    const message = { ...wanted, messageId: uuid(this.#random) };
    this.#send(session, message.messageId, () => session.agent.exec(message));
    return true;
  }

  openDataChannel(sessionId: string, end: DataChannelEnd): DataChannel {
    if (this.#openDataChannel !== undefined) return this.#openDataChannel(sessionId, end);
    end.closed("There are no sessions here.");
    return { send() {}, close() {} };
  }

  /** Tells every host of the networks that must be. */
  publishNetwork(network: HostNetworkSpec): void {
    this.#network = network;
    for (const session of this.#sessions.values()) this.#sendNetwork(session, network);
  }

  /** Tells every host of the names that its tasks can look up. */
  publishNames(names: HostNamesSpec): void {
    this.#names = names;
    for (const session of this.#sessions.values()) this.#sendNames(session, names);
  }

  /** Tells every host of the load balancer nodes that must be. */
  publishLoadBalancers(nodes: readonly LoadBalancerNode[]): void {
    this.#loadBalancers = nodes;
    for (const session of this.#sessions.values()) this.#sendLoadBalancers(session, nodes);
  }

  async submitTaskStateChange(change: TaskStateChange): Promise<void> {
    await this.#update(change.taskArn, (task) => {
      const reported = applyReport(task, change);
      return reported && countChange(task, stepAfterReport(reported, this.#clock.now()));
    });
  }

  async publishHealth(message: HealthMessage): Promise<void> {
    await Promise.all(message.tasks.map((health) => this.#update(health.taskArn, (task) => applyHealth(task, health))));
  }

  async publishUsage(message: UsageMessage): Promise<void> {
    await this.#publishUsage?.(message);
  }

  async #update(taskArn: string, change: (task: TaskRecord) => TaskRecord | undefined): Promise<void> {
    const key = taskKeyOfArn(parseArn(taskArn));
    if (key === undefined) return;
    await rerun(async () => {
      const task = await this.#store.get(key);
      const next = task.value && change(task.value);
      if (next !== undefined) await this.#tasks.commit({ unchanged: [task], put: [{ key, value: next }] });
    });
  }

  #sendTasks(session: Session, entries: readonly Entry<TaskRecord>[], complete: boolean): void {
    const view = this.#store.view(taskDefinitions);
    const payloads = entries.flatMap((entry) => {
      const definition = view.get(taskDefinitionKey(entry.value, entry.value.family, entry.value.revision));
      if (definition === undefined) return [];
      session.sent.set(entry.key, agentDesiredStatus(entry.value));
      return [taskPayload(entry.value, definition.value, entry.modRevision)];
    });
    if (payloads.length === 0 && !complete) return;
    const message: PayloadMessage = {
      messageId: uuid(this.#random),
      seqNum: ++this.#seqNum,
      complete,
      tasks: payloads,
    };
    this.#send(session, message.messageId, () => session.agent.payload(message));
  }

  #sendNetwork(session: Session, network: HostNetworkSpec): void {
    const message = { messageId: uuid(this.#random), seqNum: ++this.#seqNum, network };
    this.#sendLatest(session, "network", message.messageId, () => session.agent.network(message));
  }

  #sendNames(session: Session, names: HostNamesSpec): void {
    const message = { messageId: uuid(this.#random), seqNum: ++this.#seqNum, names };
    this.#sendLatest(session, "names", message.messageId, () => session.agent.names(message));
  }

  #sendLoadBalancers(session: Session, nodes: readonly LoadBalancerNode[]): void {
    const message = { messageId: uuid(this.#random), seqNum: ++this.#seqNum, nodes };
    this.#sendLatest(session, "loadBalancers", message.messageId, () => session.agent.loadBalancers(message));
  }

  #sendLatest(session: Session, kind: LatestKind, messageId: string, send: () => void): void {
    const earlier = session.latest[kind];
    if (earlier !== undefined) session.unacknowledged.delete(earlier);
    session.latest[kind] = messageId;
    this.#send(session, messageId, send);
  }

  #send(session: Session, messageId: string, send: () => void): void {
    session.unacknowledged.set(messageId, send);
    if (session.unacknowledged.size === 1) this.#armResend(session);
    send();
  }

  #armResend(session: Session): void {
    session.resend?.cancel();
    session.resend = this.#clock.after(resendMs, () => {
      for (const send of session.unacknowledged.values()) send();
      if (session.unacknowledged.size > 0) this.#armResend(session);
    });
  }

  #armHeartbeat(session: Session): void {
    session.heartbeat = this.#clock.after(heartbeatMs, () => {
      session.agent.heartbeat({ messageId: uuid(this.#random) });
      this.#armHeartbeat(session);
    });
  }

  #close(session: Session): void {
    session.heartbeat?.cancel();
    session.resend?.cancel();
    session.unacknowledged.clear();
    if (this.#sessions.get(session.hostId) !== session) return;
    this.#sessions.delete(session.hostId);
    this.#noteConnection(session.hostId);
  }

  /** Has the host's record say whether its agent is connected; tried again until it does. */
  #noteConnection(hostId: string): void {
    if (this.#isClosed) return;
    this.#writeConnection(hostId).catch(() => this.#clock.after(resendMs, () => this.#noteConnection(hostId)));
  }

  async #writeConnection(hostId: string): Promise<void> {
    const host = await this.#store.get(hostKey(hostId));
    const agentConnected = this.#sessions.has(hostId);
    if (host.value === undefined || host.value.agentConnected === agentConnected || this.#isClosed) return;
    await this.#store.commit({ unchanged: [host], put: [{ key: host.key, value: { ...host.value, agentConnected } }] });
    // It may have changed while it was written.
    await this.#writeConnection(hostId);
  }
}
