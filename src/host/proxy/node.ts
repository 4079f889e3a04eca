import { rm } from "node:fs/promises";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { HostNetwork } from "#host/network/network.ts";
import type { RuntimeDriver, Sandbox } from "#host/runtime/driver.ts";
import type { Clock, Timer } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import type { SendHttp } from "#kernel/http-sender.ts";
import type { LoadBalancerNode } from "#kernel/load-balancing.ts";
import type { Random } from "#kernel/random.ts";
import { containerFolder, type ProxyContainer, proxyContainer } from "./container.ts";
import { homeOf, type NodeHome } from "./home.ts";
import { withAddresses } from "./names.ts";
import { NodeProxy } from "./node-proxy.ts";
import type { NodeReporter } from "./reporter.ts";
import type { Traffic } from "./traffic.ts";

const options = { folder: containerFolder, bindAddress: "0.0.0.0", threads: Math.min(8, availableParallelism()) };

export interface NodeActorDeps {
  readonly driver: RuntimeDriver;
  readonly network: HostNetwork;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  /** To identity providers. */
  readonly send: SendHttp;
  readonly reporter: NodeReporter;
  /** The node's own. */
  readonly folder: string;
  readonly knowsInterface: (networkInterfaceId: string) => boolean;
  /** Milliseconds to wait after so many failures. */
  readonly backoff: (failures: number) => number;
  /** Takes the output of a proxy's container to where the node says. Following twice changes nothing. */
  readonly follow: (node: LoadBalancerNode, containerId: string) => void;
  /** It serves as it is wanted to. */
  readonly onServing: () => void;
  readonly onGone: () => void;
}

interface RunningProxy {
  readonly of: NodeProxy;
  readonly place: ProxyContainer;
  readonly sandboxId: string;
}

type Wanted = { readonly node: LoadBalancerNode; readonly seqNum: number } | "removed" | undefined;

/** One node: what is wanted of it is made so, one step after the other, and again until it works. */
export class NodeActor {
  readonly #nodeId: string;
  readonly #deps: NodeActorDeps;
  #wanted: Wanted;
  /** What was wanted when it was last made so; undefined when that has to be looked at again. */
  #done: Wanted;
  #proxy: RunningProxy | undefined;
  readonly #home: NodeHome;
  #running: Promise<void> | undefined;
  #timer: Timer | undefined;
  #failures = 0;
  #reason: string | undefined;
  #stopped = false;

  constructor(nodeId: string, deps: NodeActorDeps) {
    this.#nodeId = nodeId;
    this.#deps = deps;
    this.#home = homeOf(nodeId, deps);
  }

  get networkInterfaceId(): string | undefined {
    return this.#home.networkInterfaceId;
  }

  /** It was there in an earlier run. */
  adopt(networkInterfaceId: string | undefined): void {
    this.#home.adopt(networkInterfaceId);
  }

  want(node: LoadBalancerNode, seqNum: number): void {
    const last = this.#wanted;
    const isSame = last !== undefined && last !== "removed" && last.node.version === node.version;
    if (!isSame) this.#wanted = { node: withAddresses(node, this.#deps.network.hostServiceAddress), seqNum };
    if (this.#home.networkInterfaceId === undefined) this.#home.adopt(node.networkInterface.networkInterfaceId);
    if (!isSame) this.retryNow();
  }

  remove(): void {
    if (this.#wanted === "removed") return;
    this.#wanted = "removed";
    this.retryNow();
  }

  /** Something happened to it: it is made again what it should be, if it is not. */
  check(): void {
    this.#done = undefined;
    this.retryNow();
  }

  /** What it may have waited for is there. */
  retryNow(): void {
    this.#timer?.cancel();
    this.#timer = undefined;
    this.#failures = 0;
    this.#run();
  }

  /** Whether it serves as it is wanted to. */
  get isServing(): boolean {
    return this.#proxy !== undefined && this.#done === this.#wanted && this.#running === undefined;
  }

  /** What the node has done since the last call, and whose proxy it is; undefined: it does not serve. */
  async takeTraffic(): Promise<(Traffic & Pick<LoadBalancerNode, "taskArn">) | undefined> {
    const wanted = this.#wanted;
    if (wanted === undefined || wanted === "removed") return undefined;
    const traffic = await this.#proxy?.of.takeTraffic();
    const { taskArn } = wanted.node;
    return traffic && { ...traffic, ...(taskArn !== undefined && { taskArn }) };
  }

  waiting(): { nodeId: string; reason: string } | undefined {
    return this.#reason === undefined ? undefined : { nodeId: this.#nodeId, reason: this.#reason };
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
    await this.#running;
    await this.#proxy?.of.close();
  }

  #run(): void {
    if (this.#running !== undefined || this.#stopped || this.#timer !== undefined) return;
    if (this.#wanted === undefined || this.#wanted === this.#done) return;
    const wanted = this.#wanted;
    this.#done = wanted;
    this.#running = this.#make(wanted).finally(() => {
      this.#running = undefined;
      this.#run();
    });
  }

  async #make(wanted: Exclude<Wanted, undefined>): Promise<void> {
    try {
      if (wanted === "removed") await this.#takeAway();
      else await this.#serve(wanted.node);
      this.#failures = 0;
      this.#reason = undefined;
      if (wanted !== "removed") this.#deps.onServing();
      if (wanted !== "removed") this.#tell(wanted, "active");
    } catch (error) {
      this.#fail(wanted, error);
    }
  }

  #fail(wanted: Exclude<Wanted, undefined>, error: unknown): void {
    const { clock, log, backoff } = this.#deps;
    this.#done = undefined;
    const reason = error instanceof Error ? error.message : String(error);
    const isNew = reason !== this.#reason;
    this.#reason = reason;
    const isWaiting = error instanceof DriverError && error.retryable;
    const level = isWaiting ? "debug" : "warn";
    if (isNew)
      log[level]("A load balancer node is not as it should be", { nodeId: this.#nodeId, error: String(error) });
    if (wanted !== "removed" && isNew) this.#tell(wanted, isWaiting ? "provisioning" : "failed", reason);
    this.#timer = clock.after(backoff(this.#failures++), () => {
      this.#timer = undefined;
      this.#run();
    });
  }

  #tell(
    { node, seqNum }: Exclude<Wanted, "removed" | undefined>,
    state: "provisioning" | "active" | "failed",
    reason?: string,
  ) {
    const { nodeId, version } = node;
    this.#deps.reporter.state({ nodeId, seqNum, version, state, ...(reason !== undefined && { reason }) });
  }

  async #serve(node: LoadBalancerNode): Promise<void> {
    const sandbox = await this.#home.enter(node);
    const { of, place } = await this.#proxyIn(sandbox, node);
    await of.apply(node);
    await this.#home.serve(node, sandbox);
    const containerId = node.logConfiguration && (await place.containerId());
    if (containerId !== undefined) this.#deps.follow(node, containerId);
  }

  async #proxyIn(sandbox: Sandbox, node: LoadBalancerNode): Promise<RunningProxy> {
    const sandboxId = sandbox.id;
    if (this.#proxy?.sandboxId === sandboxId) return this.#proxy;
    await this.#proxy?.of.close();
    this.#proxy = undefined;
    const { driver, clock, random, log, send, reporter, folder } = this.#deps;
    const nodeId = this.#nodeId;
    const place = await proxyContainer({
      ...{ driver, sandbox, folder: join(folder, "proxy") },
      name: this.#home.containerName,
      labels: { "estiva.node": nodeId },
      keepLogs: node.logConfiguration !== undefined,
    });
    const of = new NodeProxy({
      ...{ place, options: { ...options, maxConnections: place.maxConnections } },
      ...{ clock, random, log, send },
      onHealth: (targets) => reporter.health({ nodeId, targets }),
      onAccess: (records) => reporter.access(records),
      onHeld: (targetGroupArn) => reporter.held({ nodeId, targetGroupArn }),
      onRestart: () => this.check(),
    });
    this.#proxy = { of, place, sandboxId };
    return this.#proxy;
  }

  async #takeAway(): Promise<void> {
    const { reporter, folder, onGone } = this.#deps;
    await this.#proxy?.of.close();
    this.#proxy = undefined;
    await this.#home.leave();
    await rm(folder, { recursive: true, force: true });
    reporter.forget(this.#nodeId);
    if (this.#wanted === "removed") onGone();
  }
}
