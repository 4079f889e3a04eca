import type { HostNetworkSpec, InterfaceSpec, SubnetSpec, VpcSpec } from "#kernel/agent-protocol.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import { DriverError } from "#kernel/fault.ts";
import { Admissions, showHostTable } from "./admissions.ts";
import { checkAddresses, checkPlace } from "./check-addresses.ts";
import { SpecCheck } from "./check-spec.ts";
import { followHost } from "./host-changes.ts";
import { freeLink, linkRange, type NetworkProblem, planHostRoutes, routedRanges, uplinks } from "./host-plan.ts";
import { compileHostRules } from "./host-rules.ts";
import { clearHost, prepareHost } from "./host-scripts.ts";
import { addressAt, type Range } from "./ipv4.ts";
import { unknown } from "./known-interfaces.ts";
import { bridgeDevice, type Names, namesOf, portDevice } from "./names.ts";
import type { HostNetwork, Redirect, TaskPlace } from "./network.ts";
import { changeTable, type NftTable, replaceTable } from "./nft-table.ts";
import {
  areTwoEnds,
  endsScript,
  type HostFacts,
  hostFactsScript,
  type Observed,
  observeScript,
  parseHostFacts,
  parseInside,
  parseObserved,
} from "./observe.ts";
import type { PrivilegedShell } from "./privileged-shell.ts";
import { findMissing } from "./problems.ts";
import { redirectCommands } from "./sandbox-rules.ts";
import {
  attachInterface,
  checkedPid,
  detachInterface,
  ipBatch,
  nftTransaction,
  removeVpc,
  sandboxGoneStatus,
  sandboxTransaction,
  type VpcPlace,
} from "./scripts.ts";
import { ScriptError } from "./shell-session.ts";
import { appliedVpcs, mendLinks, planPort, planVpc, rangesOf, type VpcPlan, type VpcState } from "./vpc-plan.ts";
import type { ServicePorts } from "./vpc-rules.ts";

export interface HostNetworkOptions {
  /** Names everything that is made; instances on one host have different ones. */
  readonly owner: string;
  readonly shell: PrivilegedShell;
  readonly clock: Clock;
  readonly log: Log;
  /** The host's address for its tasks, on which the platform listens: 169.254.172.1 by default. */
  readonly hostServiceAddress?: string;
  /** Addresses of the links between VPCs and the host, two a VPC: 169.254.64.0/18 by default. */
  readonly linkPool?: string;
  readonly ports: ServicePorts;
}

export interface LinuxNetwork extends HostNetwork {
  /**
   * Makes the host service address and guards it, so that the platform can listen there; VPCs are left alone. From now
   * on tasks follow the host's default routes to the world, and what somebody removes of rules, routes and links on the
   * host is made again.
   */
  prepare(): Promise<void>;
  /** The VPC whose tasks connect from this address: all of a VPC come from its end of the link. */
  vpcOfPeer(address: string): string | undefined;
  /** What the last `apply` said of a VPC. */
  vpcSpec(vpcId: string): VpcSpec | undefined;
  /** What does not work as it should on this host, for `estiva doctor`. */
  problems(): Promise<readonly NetworkProblem[]>;
}

/** Host networking with Linux's own means. Nothing is touched before the first `apply` (or `removeAll`). */
export function createHostNetwork(options: HostNetworkOptions): LinuxNetwork {
  return new LinuxHostNetwork(options);
}

class LinuxHostNetwork implements LinuxNetwork {
  readonly hostServiceAddress: string;
  readonly interfacesPerMs = 20;
  readonly #names: Names;
  readonly #linkPool: string;
  readonly #options: HostNetworkOptions;
  readonly #check = new SpecCheck();
  /** What must be, by the last `apply`. */
  #spec: HostNetworkSpec | undefined;
  /** What is known to be; undefined until it has been looked at, and after a failure. */
  #vpcs: Map<string, VpcState> | undefined;
  #hostTable: NftTable | undefined;
  #overlaps: readonly NetworkProblem[] = [];
  #peers: ReadonlyMap<string, string> = new Map();
  readonly #admissions = new Admissions();
  /** Operations run one after another. */
  #last: Promise<unknown> = Promise.resolve();

  constructor(options: HostNetworkOptions) {
    this.#options = options;
    this.#names = namesOf(options.owner);
    this.hostServiceAddress = options.hostServiceAddress ?? "169.254.172.1";
    this.#linkPool = options.linkPool ?? "169.254.64.0/18";
    checkAddresses(this.hostServiceAddress, this.#linkPool);
  }

  apply(spec: HostNetworkSpec): Promise<void> {
    return this.#exclusive(async () => {
      this.#check.check(spec);
      this.#spec = spec;
      if (this.#vpcs === undefined) await this.#settle();
      else await this.#apply(spec, this.#vpcs);
    });
  }

  async prepare(): Promise<void> {
    const look = () =>
      this.#exclusive(async () => {
        if (this.#hostTable === undefined) return; // the next operation looks at all of it
        if ((await this.#run(showHostTable(this.#names))) === "") this.#hostTable = undefined;
        await this.#prepareHost();
        await this.#mendLinks();
      });
    await this.#exclusive(async () => {
      this.#admissions.adopt(await this.#run(showHostTable(this.#names)), this.#options, look);
      await this.#prepareHost();
    });
    followHost(this.#options, this.#names, look);
  }

  attach(networkInterfaceId: string, sandbox: { readonly pid: number }): Promise<void> {
    return this.#exclusive(async () => {
      const pid = checkedPid(sandbox.pid);
      await this.#settle();
      const found = this.#find(networkInterfaceId);
      const { one, subnet, state } = found;
      const { namespace } = state.place;
      if (state.ports.has(one.networkInterfaceId)) {
        if (await this.#isPlugged(one, namespace, pid)) return;
        await this.#run(this.#detachScript(one, namespace));
      }
      await this.#plug(one, subnet, namespace, pid);
      await this.#changePort(planPort(state, networkInterfaceId, portDevice(networkInterfaceId)));
    });
  }

  detach(networkInterfaceId: string): Promise<void> {
    return this.#exclusive(async () => {
      await this.#settle();
      for (const state of this.#vpcs?.values() ?? []) {
        const device = state.ports.get(networkInterfaceId);
        if (device === undefined) continue;
        const one = state.applied?.vpc.interfaces.find((other) => other.networkInterfaceId === networkInterfaceId);
        const { namespace } = state.place;
        const detach = one ? this.#detachScript(one, namespace) : detachInterface(device, namespace);
        // It refuses connections before packets to it are lost.
        await this.#changePort(planPort(state, networkInterfaceId, undefined), detach);
      }
    });
  }

  redirect({ pid }: { readonly pid: number }, redirects: readonly Redirect[]): Promise<void> {
    return this.#exclusive(async () => {
      const script = sandboxTransaction(redirectCommands(redirects), checkedPid(pid));
      await this.#inSandbox(script, `The sandbox of the process ${pid}`);
    });
  }

  admit(taskId: string, place: TaskPlace): Promise<void> {
    return this.#exclusive(async () => {
      checkPlace(place);
      this.#admissions.admit(taskId, place);
      await this.#prepareHost();
    });
  }

  dismiss(taskId: string): Promise<void> {
    return this.#exclusive(async () => {
      if (this.#admissions.dismiss(taskId)) await this.#prepareHost();
    });
  }

  attached(): Promise<readonly { readonly networkInterfaceId: string; readonly device: string }[]> {
    return this.#exclusive(async () => {
      await this.#settle();
      const namespaces = [...this.#vpcs!.values()].map(({ place }) => place.namespace);
      if (namespaces.length === 0) return [];
      const output = await this.#run(
        namespaces.map((namespace) => `ip -n ${namespace} -j link show; printf '\\n@\\n'`).join("\n"),
      );
      const lists = output.split("\n@\n").filter((part) => part.trim() !== "");
      return lists.flatMap((json) => parseInside(JSON.parse(json)).ports);
    });
  }

  resolverAddress(vpcId: string): string {
    const vpc = this.vpcSpec(vpcId);
    if (vpc === undefined) throw unknown(`the VPC ${vpcId}`);
    return addressAt(vpc.cidrs[0]!, 2);
  }

  vpcOfPeer(address: string): string | undefined {
    return this.#peers.get(address);
  }

  vpcSpec(vpcId: string): VpcSpec | undefined {
    return this.#spec?.vpcs.find((one) => one.vpcId === vpcId);
  }

  removeAll(): Promise<void> {
    return this.#exclusive(async () => {
      [this.#spec, this.#vpcs, this.#hostTable] = [undefined, undefined, undefined];
      this.#peers = new Map();
      this.#admissions.clear();
      const seen = await this.#observe();
      const removals = [
        ...seen.brokenLinks.map((link) => `ip link del dev ${link}\n`),
        ...seen.brokenNamespaces.map((namespace) => removeVpc(namespace, undefined)),
        ...seen.vpcs.map(({ vpcId }) => removeVpc(this.#names.namespace(vpcId), this.#names.link(vpcId))),
      ];
      await this.#run(removals.join("") + clearHost(this.#names, this.hostServiceAddress));
    });
  }

  async problems(): Promise<readonly NetworkProblem[]> {
    return [...(await findMissing(this.#options.shell)), ...this.#overlaps];
  }

  /** Looks at what is there, clears away what is half made, and brings it to the last spec. */
  async #settle(): Promise<void> {
    if (this.#vpcs !== undefined) return;
    const seen = await this.#observe();
    const clear = [
      ...seen.brokenLinks.map((link) => `ip link del dev ${link}\n`),
      ...seen.brokenNamespaces.map((namespace) => removeVpc(namespace, undefined)),
      ...seen.vpcs.flatMap(({ vpcId, brokenDevices }) =>
        brokenDevices.map((device) => detachInterface(device, this.#names.namespace(vpcId))),
      ),
    ];
    if (clear.length > 0) await this.#run(clear.join(""));
    const vpcs = new Map<string, VpcState>();
    for (const { vpcId, addresses, subnetIds, ports } of seen.vpcs) {
      vpcs.set(vpcId, {
        place: this.#place(vpcId, addresses),
        exists: true,
        subnetIds: new Set(subnetIds),
        ports: new Map(ports.map((port) => [port.networkInterfaceId, port.device])),
        unplugged: new Set(),
      });
    }
    this.#hostTable = undefined;
    if (this.#spec !== undefined) await this.#apply(this.#spec, vpcs);
    else this.#vpcs = vpcs;
  }

  async #apply(spec: HostNetworkSpec, before: ReadonlyMap<string, VpcState>): Promise<void> {
    this.#vpcs = undefined; // until all of it has succeeded
    const changed = this.#hostTable === undefined || rangesOf(spec.vpcs) !== rangesOf(appliedVpcs(before));
    const facts = changed ? await this.#prepareHost() : undefined;
    const wanted = new Set(spec.vpcs.map(({ vpcId }) => vpcId));
    const gone = [...before.values()].filter(({ place }) => !wanted.has(place.vpcId));
    const plans = this.#planVpcs(spec, before, facts);
    const script = [
      ...gone.map(({ place }) => removeVpc(place.namespace, place.link)),
      ...plans.map((plan) => plan.script),
    ].filter((part) => part !== "");
    if (script.length > 0) await this.#run(script.join("\n"));
    const after = new Map(plans.map(({ next }) => [next.place.vpcId, next]));
    if (changed) await this.#applyRoutes(spec, after);
    this.#vpcs = after;
    this.#peers = new Map([...after.values()].map(({ place }) => [place.addresses.vpc, place.vpcId]));
  }

  #planVpcs(spec: HostNetworkSpec, before: ReadonlyMap<string, VpcState>, facts: HostFacts | undefined): VpcPlan[] {
    const { ports } = this.#options;
    const taken = [...before.values()].map(({ place }) => linkRange(place.addresses));
    taken.push(...routedRanges(facts?.routes ?? [])); // other platforms' links
    return spec.vpcs.map((vpc) => {
      const state = before.get(vpc.vpcId) ?? this.#newState(vpc.vpcId, taken);
      taken.push(linkRange(state.place.addresses));
      const linkAddress = state.place.addresses.vpc;
      return planVpc(state, vpc, { hostServiceAddress: this.hostServiceAddress, ports, linkAddress });
    });
  }

  #newState(vpcId: string, taken: readonly Range[]): VpcState {
    const place = this.#place(vpcId, freeLink(this.#linkPool, taken));
    return { place, exists: false, subnetIds: new Set(), ports: new Map(), unplugged: new Set() };
  }

  /** What all VPCs share. The rules come first: the service address is guarded before it is there. */
  async #prepareHost(): Promise<HostFacts> {
    const isNew = this.#hostTable === undefined;
    const facts = await this.#applyHostRules();
    if (!isNew) return facts;
    const output = await this.#run(prepareHost(this.#names, this.hostServiceAddress));
    if (output.trim() !== "") this.#options.log.warn("A firewall rule could not be made", { output });
    return facts;
  }

  async #applyHostRules(): Promise<HostFacts> {
    const facts = parseHostFacts(await this.#run(hostFactsScript));
    const table = compileHostRules({
      names: this.#names,
      hostServiceAddress: this.hostServiceAddress,
      linkPool: this.#linkPool,
      ports: this.#options.ports,
      uplinks: uplinks(facts),
      admitted: this.#admissions.places,
    });
    const commands = this.#hostTable === undefined ? replaceTable(table) : changeTable(this.#hostTable, table);
    if (commands !== "") await this.#run(nftTransaction(commands));
    this.#hostTable = table;
    return facts;
  }

  async #mendLinks(): Promise<void> {
    if (this.#spec === undefined || this.#vpcs === undefined) return; // the next operation looks at all of it
    await this.#run(mendLinks(this.#vpcs));
    await this.#applyRoutes(this.#spec, this.#vpcs);
  }

  async #applyRoutes(spec: HostNetworkSpec, vpcs: ReadonlyMap<string, VpcState>): Promise<void> {
    const facts = parseHostFacts(await this.#run(hostFactsScript));
    const plan = planHostRoutes(spec.vpcs, (vpcId) => vpcs.get(vpcId)!.place.addresses, facts, this.#names);
    if (plan.commands.length > 0) await this.#run(ipBatch(plan.commands));
    const isNew = ({ message }: NetworkProblem) => this.#overlaps.every((other) => other.message !== message);
    for (const { message } of plan.problems.filter(isNew)) this.#options.log.warn(message);
    this.#overlaps = plan.problems;
  }

  #find(networkInterfaceId: string): { one: InterfaceSpec; subnet: SubnetSpec; state: VpcState } {
    for (const state of this.#vpcs!.values()) {
      const vpc = state.applied?.vpc;
      const one = vpc?.interfaces.find((other) => other.networkInterfaceId === networkInterfaceId);
      const subnet = vpc?.subnets.find(({ subnetId }) => subnetId === one?.subnetId);
      if (one !== undefined && subnet !== undefined) return { one, subnet, state };
    }
    throw unknown(`the network interface ${networkInterfaceId}`);
  }

  /** Whether the port's other end is eth0 of just this sandbox. */
  async #isPlugged(one: InterfaceSpec, namespace: string, pid: number): Promise<boolean> {
    const script = endsScript(one.networkInterfaceId, namespace, pid);
    return areTwoEnds(await this.#run(script), one.macAddress);
  }

  async #plug(one: InterfaceSpec, subnet: SubnetSpec, namespace: string, pid: number): Promise<void> {
    try {
      const script = attachInterface(one, subnet, namespace, pid);
      await this.#inSandbox(script, `The sandbox of ${one.networkInterfaceId}`);
    } catch (error) {
      const hasEnded = error instanceof DriverError && error.reason === "NotFound";
      if (!hasEnded) this.#vpcs = undefined; // half made: looked at again, and cleared away, before the next operation
      throw error;
    }
  }

  async #inSandbox(script: string, name: string): Promise<void> {
    try {
      await this.#run(script);
    } catch (error) {
      if (!(error instanceof ScriptError) || error.status !== sandboxGoneStatus) throw error;
      throw new DriverError("NotFound", `${name} has ended`, { cause: error });
    }
  }

  #detachScript(one: InterfaceSpec, namespace: string): string {
    const device = portDevice(one.networkInterfaceId);
    return detachInterface(device, namespace, one.privateIpv4Address, bridgeDevice(one.subnetId));
  }

  async #changePort({ script, next }: VpcPlan, detach = ""): Promise<void> {
    const all = script + detach;
    const { vpcId } = next.place;
    try {
      if (all !== "") await this.#run(all);
      this.#vpcs!.set(vpcId, next);
    } catch (error) {
      this.#vpcs = undefined; // some of it may have been done
      throw error;
    }
  }

  #observe(): Promise<Observed> {
    return this.#run(observeScript(this.#names)).then((output) => parseObserved(output, this.#names));
  }

  #place(vpcId: string, addresses: VpcPlace["addresses"]): VpcPlace {
    return { vpcId, namespace: this.#names.namespace(vpcId), link: this.#names.link(vpcId), addresses };
  }

  #run(script: string): Promise<string> {
    return this.#options.shell.run(script);
  }

  #exclusive<T>(operation: () => Promise<T>): Promise<T> {
    const result = this.#last.then(operation);
    this.#last = result.catch(() => {}); // the caller of that operation is told
    return result;
  }
}
