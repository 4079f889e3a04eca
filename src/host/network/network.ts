import type { HostNetworkSpec } from "#kernel/agent-protocol.ts";

/** Connections of TCP that go to another port than they were made to. Who serves them sees where they were to go. */
export interface Redirect {
  /** A loopback address, for what connects inside; absent: what comes in over the interface. */
  readonly address?: string;
  readonly port: number;
  /** At the same address. */
  readonly toPort: number;
}

/** Where a task without an interface is. */
export interface TaskPlace {
  /** In the engine's bridge; absent: in the host's network. */
  readonly address?: string;
  /** What it serves on in the host's network: ports of TCP. What is published from the bridge the engine knows. */
  readonly ports?: readonly number[];
}

/**
 * The host's side of the VPCs. Level-triggered: `apply` is given all that must be, and makes the difference in a few
 * batches. Failures are `DriverError`s.
 */
export interface HostNetwork {
  /** The host's address for its tasks, by which load balancers reach ports of the host. */
  readonly hostServiceAddress: string;
  /** Makes, changes and removes VPCs, subnets, security groups and members. Rules change for running tasks too. */
  apply(spec: HostNetworkSpec): Promise<void>;
  /** After an `apply` the next waits a millisecond for so many interfaces each, so as not to take most of the time. */
  readonly interfacesPerMs: number;
  /** Plugs a sandbox into its subnet. The interface must be known through `apply`. Doing it twice changes nothing. */
  attach(networkInterfaceId: string, sandbox: { readonly pid: number }): Promise<void>;
  /** Unplugs it; what is not there is no error. */
  detach(networkInterfaceId: string): Promise<void>;
  /** Which connections of a sandbox go elsewhere in it: these, and no others from now on. */
  redirect(sandbox: { readonly pid: number }, redirects: readonly Redirect[]): Promise<void>;
  /**
   * Leads a task without an interface, in the engine's bridge or in the host's network, to the platform: to the
   * documented address of its metadata and credentials, and to the platform's endpoint. Interfaces of load balancers
   * reach what it serves by the host service address: the ports that are published for it, or its ports of the host.
   * To be told again when the platform has restarted. Doing it twice changes nothing.
   */
  admit(taskId: string, place: TaskPlace): Promise<void>;
  /** Undoes it; what has not been admitted is no error. */
  dismiss(taskId: string): Promise<void>;
  /** The interfaces that are plugged in now, for adoption and for finding leaks. */
  attached(): Promise<readonly { readonly networkInterfaceId: string; readonly device: string }[]>;
  /** The resolver's address for tasks of a VPC, for resolv.conf: the VPC's base address plus two. */
  resolverAddress(vpcId: string): string;
  /** Removes everything that this platform made on the host. */
  removeAll(): Promise<void>;
}
