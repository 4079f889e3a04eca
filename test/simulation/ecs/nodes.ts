import { createLatest } from "#host/agent/latest.ts";
import { createReporter, type NodeReporter } from "#host/proxy/reporter.ts";
import type { AgentEndpoint } from "#kernel/agent-protocol.ts";
import { silentLog } from "#kernel/controller.ts";
import type { LoadBalancerNode, TargetHealthCheck, TargetHealthReport } from "#kernel/load-balancing.ts";
import { happens } from "../faults.ts";
import type { Simulation } from "../simulate.ts";
import type { AgentProcess } from "./agent-process.ts";
import { remoteLoadBalancing } from "./remote-hub.ts";
import type { EcsPlane } from "./scenario.ts";

export interface SimulatedNodesOptions {
  readonly sim: Simulation<EcsPlane>;
  /** Whether something answers health checks at the address. */
  readonly answers: (address: string) => boolean;
  /** How likely it is, while faults are on, that a node takes its time to follow, and how long at most. */
  readonly slowness: () => { readonly chance: number; readonly mostMs: number };
}

interface CheckedTarget {
  report: TargetHealthReport;
  /** So many good results one after the other; negative: bad ones. */
  row: number;
}

interface Node {
  /** What it was told last, and what it follows. */
  wanted: LoadBalancerNode;
  followed?: LoadBalancerNode;
  readonly targets: Map<string, CheckedTarget>;
  removed: boolean;
}

const checkMs = 10_000;

/**
 * The load balancer nodes of a host, as the control plane hears of them: they follow what they are told after a while,
 * check their targets, and go on while the agent is dead. What they have to say goes through the real reporter.
 */
export class SimulatedNodes {
  readonly #options: SimulatedNodesOptions;
  readonly #nodes = new Map<string, Node>();
  #reporter: NodeReporter | undefined;
  #seqNum = 0;

  constructor(options: SimulatedNodesOptions) {
    this.#options = options;
  }

  /** The endpoint of one life of the agent: what it is told of nodes is done. */
  listen(endpoint: AgentEndpoint, process: AgentProcess): AgentEndpoint {
    const { sim } = this.#options;
    const { clock, random } = process;
    this.#reporter = createReporter({ endpoint: remoteLoadBalancing(sim, process), clock, random, log: silentLog });
    for (const node of this.#nodes.values()) this.#report(node);
    const latest = createLatest<{ seqNum: number; nodes: readonly LoadBalancerNode[] }>(({ nodes }) =>
      this.#apply(nodes),
    );
    let sessions = 0;
    return {
      ...endpoint,
      connect: (arn, session) => {
        const number = ++sessions;
        latest.newSession();
        const loadBalancers: typeof session.loadBalancers = (message) => {
          if (number === sessions) latest.take(message);
          session.loadBalancers(message);
        };
        return endpoint.connect(arn, { ...session, loadBalancers });
      },
    };
  }

  #apply(wanted: readonly LoadBalancerNode[]): void {
    const ids = new Set(wanted.map(({ nodeId }) => nodeId));
    for (const [id, node] of this.#nodes) {
      if (ids.has(id)) continue;
      node.removed = true;
      this.#nodes.delete(id);
      this.#reporter?.forget(id);
    }
    for (const spec of wanted) {
      const known = this.#nodes.get(spec.nodeId);
      const node = known ?? { wanted: spec, targets: new Map(), removed: false };
      node.wanted = spec;
      this.#nodes.set(spec.nodeId, node);
      if (known === undefined) this.#checkLater(node);
      this.#followLater(node, spec);
    }
  }

  #followLater(node: Node, spec: LoadBalancerNode): void {
    const { sim, slowness } = this.#options;
    const { chance, mostMs } = slowness();
    const delayMs = (happens(sim.random, chance) ? mostMs : 200) * sim.random.float();
    sim.clock.after(delayMs, () => {
      if (node.removed || node.wanted !== spec) return;
      const isNew = node.followed?.version !== spec.version;
      node.followed = spec;
      if (isNew) this.#takeTargets(node);
      this.#report(node);
    });
  }

  #takeTargets(node: Node): void {
    const now = this.#options.sim.clock.now();
    const keys = new Set<string>();
    for (const { targetGroupArn, targets } of node.followed!.targetGroups) {
      for (const { targetKey } of targets) {
        const key = `${targetGroupArn} ${targetKey}`;
        keys.add(key);
        if (node.targets.has(key)) continue;
        const initial = { state: "initial", reason: "Elb.RegistrationInProgress", since: now } as const;
        node.targets.set(key, { report: { targetGroupArn, targetKey, ...initial }, row: 0 });
      }
    }
    for (const key of node.targets.keys()) if (!keys.has(key)) node.targets.delete(key);
  }

  #checkLater(node: Node): void {
    this.#options.sim.clock.after(checkMs, () => {
      if (node.removed) return;
      if (this.#check(node)) this.#report(node);
      this.#checkLater(node);
    });
  }

  /** One round of checks; whether anything has changed. */
  #check(node: Node): boolean {
    let changed = false;
    for (const { targetGroupArn, healthCheck, targets } of node.followed?.targetGroups ?? []) {
      for (const { targetKey, address } of targets) {
        const target = node.targets.get(`${targetGroupArn} ${targetKey}`)!;
        const next = this.#checked(target, address !== undefined && this.#options.answers(address), healthCheck);
        changed ||= next !== target.report;
        target.report = next;
      }
    }
    return changed;
  }

  #checked(target: CheckedTarget, passed: boolean, check: TargetHealthCheck): TargetHealthReport {
    const { report } = target;
    const [state, threshold] = passed
      ? (["healthy", report.state === "initial" ? 1 : check.healthyThreshold] as const)
      : (["unhealthy", check.unhealthyThreshold] as const);
    target.row = passed ? Math.max(target.row, 0) + 1 : Math.min(target.row, 0) - 1;
    if (state === report.state || Math.abs(target.row) < threshold) return report;
    const { targetGroupArn, targetKey } = report;
    const since = this.#options.sim.clock.now();
    return { targetGroupArn, targetKey, state, since, ...(!passed && { reason: "Target.Timeout" }) };
  }

  #report({ wanted: { nodeId }, followed, targets }: Node): void {
    if (followed === undefined) return;
    const state = { nodeId, seqNum: ++this.#seqNum, version: followed.version, state: "active" } as const;
    this.#reporter?.state(state);
    this.#reporter?.health({ nodeId, targets: [...targets.values()].map(({ report }) => report) });
  }
}
