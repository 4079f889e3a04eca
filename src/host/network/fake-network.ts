import type { HostNetworkSpec } from "#kernel/agent-protocol.ts";
import { checkPlace } from "./check-addresses.ts";
import { SpecCheck } from "./check-spec.ts";
import { addressAt } from "./ipv4.ts";
import { KnownInterfaces, unknown } from "./known-interfaces.ts";
import { portDevice } from "./names.ts";
import type { HostNetwork, Redirect, TaskPlace } from "./network.ts";

export type FakeNetworkCall =
  | { readonly method: "apply"; readonly spec: HostNetworkSpec }
  | { readonly method: "attach"; readonly networkInterfaceId: string; readonly pid: number }
  | { readonly method: "detach"; readonly networkInterfaceId: string }
  | { readonly method: "redirect"; readonly pid: number; readonly redirects: readonly Redirect[] }
  | { readonly method: "admit" | "dismiss"; readonly taskId: string }
  | { readonly method: "attached" | "removeAll" };

export interface FakeNetworkOptions {
  /** Called before every call takes effect: may delay it, or fail it with what it throws. */
  readonly before?: (call: FakeNetworkCall) => void | Promise<void>;
  /** What a host keeps when the platform restarts; give a new network the old one's to adopt it. */
  readonly host?: FakeHost;
}

/** What is plugged in on a fake host: network interface id -> pid. It outlives the platform's process. */
export interface FakeHost {
  readonly ports: Map<string, number>;
}

export interface FakeNetwork extends HostNetwork {
  readonly host: FakeHost;
  /** The tasks that have been admitted, and where they are. */
  readonly admitted: ReadonlyMap<string, TaskPlace>;
  /** What was applied last. */
  readonly spec: HostNetworkSpec | undefined;
}

/** A host's network in memory, for the simulation and for tests; no packet moves. */
export function createFakeNetwork(options: FakeNetworkOptions = {}): FakeNetwork {
  const host = options.host ?? { ports: new Map<string, number>() };
  const admitted = new Map<string, TaskPlace>();
  let spec: HostNetworkSpec | undefined;
  const called = async (call: FakeNetworkCall): Promise<void> => {
    await options.before?.(call);
  };
  const check = new SpecCheck();
  let known = new KnownInterfaces();
  return {
    hostServiceAddress: "169.254.172.1",
    host,
    admitted,
    // It compares lists, and no more.
    interfacesPerMs: 100,
    get spec() {
      return spec;
    },
    async apply(wanted) {
      await called({ method: "apply", spec: wanted });
      check.check(wanted);
      // Of a network before this one, which the host outlives, ports may be there that nobody knows.
      const gone = spec === undefined ? host.ports.keys() : [];
      spec = wanted;
      for (const id of [...known.change(wanted), ...gone]) if (!known.has(id)) host.ports.delete(id);
    },
    async attach(networkInterfaceId, { pid }) {
      await called({ method: "attach", networkInterfaceId, pid });
      if (!known.has(networkInterfaceId)) throw unknown(`the network interface ${networkInterfaceId}`);
      host.ports.set(networkInterfaceId, pid);
    },
    async detach(networkInterfaceId) {
      await called({ method: "detach", networkInterfaceId });
      host.ports.delete(networkInterfaceId);
    },
    async redirect({ pid }, redirects) {
      await called({ method: "redirect", pid, redirects });
    },
    async admit(taskId, place) {
      await called({ method: "admit", taskId });
      checkPlace(place);
      admitted.set(taskId, place);
    },
    async dismiss(taskId) {
      await called({ method: "dismiss", taskId });
      admitted.delete(taskId);
    },
    async attached() {
      await called({ method: "attached" });
      return [...host.ports.keys()].map((id) => ({ networkInterfaceId: id, device: portDevice(id) }));
    },
    resolverAddress(vpcId) {
      const vpc = spec?.vpcs.find((one) => one.vpcId === vpcId);
      if (vpc === undefined) throw unknown(`the VPC ${vpcId}`);
      return addressAt(vpc.cidrs[0]!, 2);
    },
    async removeAll() {
      await called({ method: "removeAll" });
      host.ports.clear();
      admitted.clear();
      spec = undefined;
      known = new KnownInterfaces();
    },
  };
}
