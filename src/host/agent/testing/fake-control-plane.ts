import type {
  AgentEndpoint,
  AgentSession,
  HealthMessage,
  HostNetworkSpec,
  TaskPayload,
  TaskStateChange,
} from "#kernel/agent-protocol.ts";
import type { Clock } from "#kernel/clock.ts";
import type { DataChannel, DataChannelEnd, ExecMessage } from "#kernel/data-channel.ts";
import type { Random } from "#kernel/random.ts";
import type { UsageMessage } from "#kernel/usage.ts";

/** How bad the link is: each in [0, 1). */
export interface LinkFaults {
  readonly lose: number;
  readonly double: number;
  readonly longestDelayMs: number;
}

/**
 * The control plane's end of the protocol for tests: it names the tasks that it wants until they have been reported
 * STOPPED, keeps the reports that are newest, and sends again what is not acknowledged.
 */
export class FakeControlPlane implements AgentEndpoint {
  /** What is wanted, by task ARN. */
  readonly wanted = new Map<string, TaskPayload>();
  /** The newest report of each task, and all that were taken. */
  readonly reports = new Map<string, TaskStateChange>();
  readonly history: TaskStateChange[] = [];
  readonly health: HealthMessage[] = [];
  readonly usage: UsageMessage[] = [];
  readonly acks: string[] = [];
  /** The clients that wait for the agent, by their sessions. */
  readonly clients = new Map<string, (end: DataChannelEnd) => DataChannel>();
  /** Reports that were older than one already taken. */
  stale = 0;
  registrations = 0;
  faults: LinkFaults | undefined;
  /** Every call fails while set. */
  down = false;
  readonly #clock: Clock;
  readonly #random: Random;
  readonly #unacknowledged = new Map<string, () => void>();
  #session: AgentSession | undefined;
  #seqNum = 0;
  #messages = 0;

  constructor(clock: Clock, random: Random) {
    this.#clock = clock;
    this.#random = random;
  }

  /** Wants a task, or wants it otherwise. Each change gives it a higher number. */
  want(payload: TaskPayload): void {
    const seqNum = (this.wanted.get(payload.taskArn)?.seqNum ?? 0) + 1;
    this.wanted.set(payload.taskArn, { ...payload, seqNum });
    this.#sendNetwork();
    this.#sendTasks([this.wanted.get(payload.taskArn)!], false);
  }

  stop(taskArn: string): void {
    this.want({ ...this.wanted.get(taskArn)!, desiredStatus: "STOPPED" });
  }

  /** The task is not to be on the host any more: only a complete message says so. */
  drop(taskArn: string): void {
    this.wanted.delete(taskArn);
    this.sendAll();
  }

  sendAll(): void {
    this.#sendTasks([...this.wanted.values()], true);
  }

  heartbeat(): void {
    this.#session?.heartbeat({ messageId: `heartbeat-${this.#messages++}` });
  }

  breakSession(reason: string): void {
    const session = this.#session;
    this.#session = undefined;
    this.#unacknowledged.clear();
    session?.closed(reason);
  }

  /** A message that was under way for long arrives in the session of now. */
  deliver(tasks: readonly TaskPayload[], complete: boolean, seqNum: number): void {
    this.#session?.payload({ messageId: `late-${this.#messages++}`, seqNum, complete, tasks });
  }

  /** Wants a command run in a container of a task. */
  exec(message: Omit<ExecMessage, "messageId">): void {
    const full = { ...message, messageId: `exec-${this.#messages++}` };
    this.#send(full.messageId, (session) => session.exec(full));
  }

  openDataChannel(sessionId: string, end: DataChannelEnd): DataChannel {
    const open = this.clients.get(sessionId);
    if (open !== undefined) return open(end);
    end.closed("Nobody waits in this session.");
    return { send() {}, close() {} };
  }

  async registerContainerInstance(): Promise<{ containerInstanceArn: string }> {
    this.#checkUp();
    this.registrations++;
    return { containerInstanceArn: "arn:aws:ecs:us-east-1:000000000000:container-instance/web/host" };
  }

  connect(_arn: string, session: AgentSession) {
    this.#checkUp();
    this.#session = session;
    this.#unacknowledged.clear();
    this.#seqNum = 0;
    this.#sendNetwork();
    this.sendAll();
    return {
      ack: (messageId: string) => {
        this.acks.push(messageId);
        this.#unacknowledged.delete(messageId);
      },
      close: () => {
        if (this.#session === session) this.#session = undefined;
      },
    };
  }

  async submitTaskStateChange(change: TaskStateChange): Promise<void> {
    await this.#travel();
    const known = this.reports.get(change.taskArn);
    if (known === undefined || change.sequence > known.sequence) {
      this.reports.set(change.taskArn, change);
      this.history.push(change);
      if (change.status === "STOPPED") this.wanted.delete(change.taskArn);
    } else this.stale++;
    await this.#travel();
  }

  async publishHealth(message: HealthMessage): Promise<void> {
    await this.#travel();
    this.health.push(message);
  }

  async publishUsage(message: UsageMessage): Promise<void> {
    await this.#travel();
    this.usage.push(message);
  }

  #sendTasks(tasks: readonly TaskPayload[], complete: boolean): void {
    const message = { messageId: `payload-${this.#messages++}`, seqNum: ++this.#seqNum, complete, tasks };
    this.#send(message.messageId, (session) => session.payload(message));
  }

  #sendNetwork(): void {
    const network = networkOf([...this.wanted.values()]);
    const message = { messageId: `network-${this.#messages++}`, seqNum: ++this.#seqNum, network };
    this.#send(message.messageId, (session) => session.network(message));
  }

  /** Sends it now, and every 5 s until it is acknowledged. */
  #send(messageId: string, deliver: (session: AgentSession) => void): void {
    const session = this.#session;
    if (session === undefined) return;
    const once = () => {
      if (this.#session !== session || !this.#unacknowledged.has(messageId)) return;
      this.#clock.after(5_000, once);
      for (const delayMs of this.#deliveries()) {
        if (delayMs === 0) deliver(session);
        else this.#clock.after(delayMs, () => deliver(session));
      }
    };
    this.#unacknowledged.set(messageId, once);
    once();
  }

  /** When a message arrives: not at all, once, or twice. */
  #deliveries(): number[] {
    if (this.faults === undefined) return [0];
    const { lose, double, longestDelayMs } = this.faults;
    const count = this.#random.float() < lose ? 0 : this.#random.float() < double ? 2 : 1;
    return Array.from({ length: count }, () => Math.ceil(this.#random.float() * longestDelayMs));
  }

  async #travel(): Promise<void> {
    this.#checkUp();
    if (this.faults === undefined) return;
    const delayMs = this.#random.float() * this.faults.longestDelayMs;
    await new Promise<void>((resolve) => this.#clock.after(delayMs, resolve));
    if (this.#random.float() < this.faults.lose) throw new Error("The answer was lost.");
  }

  #checkUp(): void {
    if (this.down) throw new Error("The control plane is down.");
  }
}

/** One VPC with the interfaces of these tasks. */
function networkOf(tasks: readonly TaskPayload[]): HostNetworkSpec {
  const interfaces = tasks.flatMap(({ networkInterface }) => {
    if (networkInterface === undefined) return [];
    const { networkInterfaceId, subnetId, privateIpv4Address, macAddress } = networkInterface;
    const addresses = { networkInterfaceId, subnetId, privateIpv4Address, macAddress };
    return [{ ...addresses, securityGroupIds: [], hasPublicIp: false, sourceDestCheck: true }];
  });
  const subnets = [{ subnetId: "subnet-1", cidr: "172.31.0.0/20", egress: "none" as const }];
  const vpc = {
    vpcId: "vpc-1",
    region: "us-east-1",
    cidrs: ["172.31.0.0/16"],
    subnets,
    securityGroups: [],
    interfaces,
  };
  return { vpcs: [vpc] };
}
