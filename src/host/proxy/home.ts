import { mkdir } from "node:fs/promises";
import { join } from "node:path";
import { replaceFile } from "#host/agent/replace-file.ts";
import type { HostNetwork, Redirect } from "#host/network/network.ts";
import type { RuntimeDriver, Sandbox, SandboxStatus } from "#host/runtime/driver.ts";
import { DriverError } from "#kernel/fault.ts";
import { connectProxyName, type LoadBalancerNode } from "#kernel/load-balancing.ts";
import { proxySysctls } from "./container.ts";

/** Where the proxy of a node is at home: a sandbox, plugged into the node's subnet. */
export interface NodeHome {
  /** The name of the proxy's container in the sandbox. */
  readonly containerName: string;
  /** The node's own interface, that nobody else is to take away; absent where it is somebody else's. */
  readonly networkInterfaceId: string | undefined;
  /** It had this interface in an earlier run. */
  adopt(networkInterfaceId: string | undefined): void;
  /** The sandbox, running and plugged in. Rejects with a `DriverError`, retryable for what will come by itself. */
  enter(node: LoadBalancerNode): Promise<Sandbox>;
  /** The proxy serves there now: what its listeners are for is led to it. */
  serve(node: LoadBalancerNode, sandbox: Sandbox): Promise<void>;
  /** Takes away all that is the node's. */
  leave(): Promise<void>;
}

export interface HomeDeps {
  readonly driver: RuntimeDriver;
  readonly network: HostNetwork;
  readonly folder: string;
  readonly knowsInterface: (networkInterfaceId: string) => boolean;
}

const ownPrefix = "lb-";
const taskPrefix = "connect-";

/** The proxy of a task is a node of this name. */
export function nodeOfTask(taskId: string): string {
  return `${taskPrefix}${taskId}`;
}

/** Names of sandboxes say what they are: all others are tasks. */
export function isNodeSandbox(sandboxName: string): boolean {
  return sandboxName.startsWith(ownPrefix);
}

/** The name of the sandbox that a node is in. */
export function sandboxOfNode(nodeId: string): string {
  return nodeId.startsWith(taskPrefix) ? nodeId.slice(taskPrefix.length) : `${ownPrefix}${nodeId}`;
}

/** The node that may be in a sandbox: its own, or the proxy of the task. */
export function nodeOfSandbox(sandboxName: string): string {
  return isNodeSandbox(sandboxName) ? sandboxName.slice(ownPrefix.length) : nodeOfTask(sandboxName);
}

export function homeOf(nodeId: string, deps: HomeDeps): NodeHome {
  return nodeId.startsWith(taskPrefix) ? taskHome(nodeId, deps) : ownHome(nodeId, deps);
}

/** A sandbox of the node's own: one that has ended takes its network namespace with it, and is made anew. */
function ownHome(nodeId: string, { driver, network, folder, knowsInterface }: HomeDeps): NodeHome {
  const name = sandboxOfNode(nodeId);
  let own: string | undefined;
  let known: Sandbox | undefined;
  const sandboxNow = async (hostname: string): Promise<Sandbox> => {
    if (known && (await isRunning(driver, known.id))) return known;
    const found = await findSandbox(driver, name);
    known = found;
    if (found?.running) return found;
    if (found !== undefined) await driver.removeSandbox(found.id);
    known = await driver.createSandbox({
      ...{ name, hostname, network: "isolated", portMappings: [], resources: {} },
      sysctls: proxySysctls,
      ...{ sharePid: false, shareIpc: false },
    });
    return known;
  };
  return {
    containerName: "proxy",
    get networkInterfaceId() {
      return own;
    },
    adopt(networkInterfaceId) {
      own = networkInterfaceId ?? own;
    },
    async enter({ networkInterface: { networkInterfaceId, privateDnsName } }) {
      if (!knowsInterface(networkInterfaceId)) {
        throw notYet(`The host does not know the network interface ${networkInterfaceId} yet`);
      }
      await mkdir(folder, { recursive: true, mode: 0o700 });
      await replaceFile(join(folder, "interface"), networkInterfaceId);
      own = networkInterfaceId;
      const sandbox = await sandboxNow(privateDnsName);
      await network.attach(networkInterfaceId, sandbox);
      return sandbox;
    },
    async serve() {}, // all connections to it are for the proxy
    async leave() {
      const found = await findSandbox(driver, name);
      if (found !== undefined) await driver.removeSandbox(found.id);
      if (own !== undefined) await network.detach(own);
    },
  };
}

/** The sandbox of a task, which the agent makes, plugs in and takes away with all that is in it. */
function taskHome(nodeId: string, { driver, network, folder }: HomeDeps): NodeHome {
  const name = sandboxOfNode(nodeId);
  const containerName = connectProxyName;
  let known: Sandbox | undefined;
  /** What is so already: targets change often, listeners seldom. */
  let served: string | undefined;
  return {
    containerName,
    networkInterfaceId: undefined,
    adopt() {},
    async enter() {
      await mkdir(folder, { recursive: true, mode: 0o700 });
      if (known && (await isRunning(driver, known.id))) return known;
      const found = await findSandbox(driver, name);
      if (!found?.running) throw notYet(`The sandbox of the task ${name} does not run yet`);
      known = found;
      return found;
    },
    async serve(node, { id, pid }) {
      const redirects = redirectsOf(node);
      const wanted = JSON.stringify([id, redirects]);
      if (wanted === served) return;
      await network.redirect({ pid }, redirects);
      served = wanted;
    },
    async leave() {
      const found = await findSandbox(driver, name);
      const container = found?.containers.find((each) => each.name === containerName);
      if (container !== undefined) await driver.removeContainer(container.id);
    },
  };
}

function redirectsOf({ listeners }: LoadBalancerNode): Redirect[] {
  return listeners.flatMap(({ address, port, boundPort: toPort }) =>
    toPort === undefined ? [] : [{ ...(address !== undefined && { address }), port, toPort }],
  );
}

function notYet(message: string): DriverError {
  return new DriverError("Unavailable", message, { retryable: true });
}

async function findSandbox(driver: RuntimeDriver, name: string): Promise<SandboxStatus | undefined> {
  return (await driver.listSandboxes()).find((sandbox) => sandbox.name === name);
}

/** A listing asks for everything on the engine: it is for the start, and for when something is wrong. */
async function isRunning(driver: RuntimeDriver, sandboxId: string): Promise<boolean> {
  const status = await driver.inspectContainer(sandboxId).catch((error) => {
    if (error instanceof DriverError && error.reason === "NotFound") return undefined;
    throw error;
  });
  return status?.state === "running";
}
