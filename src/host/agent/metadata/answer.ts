import type { HostNetwork } from "#host/network/network.ts";
import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import type { Agent } from "../agent.ts";
import type { CredentialsProvider, TaskProtection } from "../ports.ts";
import { memoryOf, type Task } from "../step/state.ts";
import { containerDocument, type DocumentFacts, taskDocument, type Version } from "./documents.ts";
import { type Call, protectionAnswer } from "./protection.ts";
import { type Route, routeOf } from "./routes.ts";
import type { StatsReader } from "./stats.ts";

export interface Answer {
  readonly status: number;
  readonly body: unknown;
}

export type AnsweringAgent = Pick<Agent, "findContainer" | "findByAddress" | "findByCredentials">;

export interface TasksNetwork extends Pick<HostNetwork, "resolverAddress"> {
  /** The VPC that packets from this address come out of; undefined: none. */
  vpcOfPeer(address: string): string | undefined;
}

export interface AnswerDeps {
  readonly agent: AnsweringAgent;
  readonly network: TasksNetwork;
  /** Version 2 knows who asks by the address that the task has in its VPC; without this it knows nobody. */
  readonly sourceOf?: ((vpcId: string, fromPort: number) => Promise<string | undefined>) | undefined;
  readonly stats: StatsReader;
  readonly credentials: CredentialsProvider | undefined;
  readonly protection?: TaskProtection | undefined;
  readonly clock: Clock;
}

/** Where a request comes from: the address and port of the other end of its connection. */
export interface Peer {
  readonly address: string;
  readonly port: number;
}

const get: Call = { method: "GET", readBody: async () => "" };

/** Answers a request of a task, errors in the words of the Amazon ECS container agent; undefined: no such path. */
export async function answer(
  deps: AnswerDeps,
  path: string,
  remote: Peer,
  call: Call = get,
): Promise<Answer | undefined> {
  const route = routeOf(path);
  if (route === undefined) return undefined;
  const peer = { ...remote, address: plainAddress(remote.address) };
  if (route.kind === "credentials") return credentialsAnswer(deps, route.id, peer.address);
  if (route.kind === "protection") {
    // It is done with the task's role: like the role's credentials only for whoever asks from where the task is.
    const task = deps.agent.findContainer(route.id)?.task;
    const isInPlace = task !== undefined && comesFrom(deps, task, peer.address);
    return protectionAnswer(deps.protection, isInPlace ? task.payload : undefined, call);
  }
  const found = await find(deps, route, peer);
  if ("status" in found) return found;
  const { task, name } = found;
  const facts = factsOf(deps, task);
  switch (route.kind) {
    case "task":
    case "taskWithTags":
      return ok(taskDocument(task, route.version, facts, route.kind === "taskWithTags"));
    case "container": {
      const container = task.payload.containers.find((each) => each.name === name);
      if (container === undefined || memoryOf(task, container.name).runtimeId === undefined) {
        return { status: 500, body: `unable to generate metadata for container '${name ?? ""}'` };
      }
      return ok(containerDocument(task, container, route.version, facts));
    }
    case "containerStats":
      return statsAnswer(route.version, await deps.stats.container(task, name ?? "", route.version));
    case "taskStats":
      return ok(await deps.stats.task(task, route.version));
  }
}

type Found = { readonly task: Task; readonly name: string | undefined };

async function find(
  deps: AnswerDeps,
  route: Exclude<Route, { kind: "credentials" | "protection" }>,
  peer: Peer,
): Promise<Found | Answer> {
  if (route.version === "v2") {
    const task = await taskOfPeer(deps, peer);
    if (task === undefined) {
      const words = `unable to associate '${peer.address}' with a task`;
      return { status: 400, body: `Unable to get task arn from request: ${words}` };
    }
    if (!("id" in route)) return { task, name: undefined };
    const name = task.payload.containers.find((each) => memoryOf(task, each.name).runtimeId === route.id)?.name;
    if (name !== undefined) return { task, name };
    return { status: 400, body: `Unable to generate metadata for container '${route.id}'` };
  }
  const found = deps.agent.findContainer(route.id);
  if (found !== undefined) return { task: found.task, name: found.containerName };
  return { status: route.version === "v4" ? 404 : route.kind.endsWith("Stats") ? 400 : 500, body: unknownId(route) };
}

/** The task that has the connection's address in its VPC. */
async function taskOfPeer({ agent, network, sourceOf }: AnswerDeps, peer: Peer): Promise<Task | undefined> {
  const vpcId = network.vpcOfPeer(peer.address);
  const address = vpcId === undefined ? undefined : await sourceOf?.(vpcId, peer.port);
  return address === undefined ? undefined : agent.findByAddress(vpcId!, address);
}

function unknownId(route: Extract<Route, { version: "v3" | "v4" }>): string {
  const version = route.version.toUpperCase();
  const stats = route.kind.endsWith("Stats");
  const ofTask = route.kind === "task" || route.kind === "taskWithTags" || route.kind === "taskStats";
  const what = `${ofTask ? "task" : "container"} ${stats ? "stats" : "metadata"}`;
  const looked =
    ofTask || stats
      ? "task arn from request: unable to get task Arn"
      : "container ID from request: unable to get docker ID";
  return `${version} ${what} handler: unable to get ${looked} from v3 endpoint ID: ${route.id}`;
}

function factsOf({ network, clock }: AnswerDeps, task: Task): DocumentFacts {
  const resolver = resolverOf(network, task.payload.networkInterface?.vpcId);
  return { now: clock.now(), ...(resolver === undefined ? {} : { resolver }) };
}

/** Not known for a moment after the agent was started again, until the control plane has told of the VPC. */
function resolverOf(network: AnswerDeps["network"], vpcId: string | undefined): string | undefined {
  try {
    return vpcId === undefined ? undefined : network.resolverAddress(vpcId);
  } catch (error) {
    if (error instanceof DriverError) return undefined;
    throw error;
  }
}

/** A container that has not run for a while has no counters yet. */
function statsAnswer(version: Version, stats: unknown): Answer {
  return stats === undefined
    ? { status: version === "v4" ? 500 : 400, body: "Unable to get container stats for: the container is not running" }
    : ok(stats);
}

/**
 * The id is only known to the containers of the task that it belongs to; and whoever has come to know it elsewhere, on
 * another host, in another VPC or at another address of the engine's bridge, is given nothing for it.
 */
async function credentialsAnswer(deps: AnswerDeps, id: string, peer: string): Promise<Answer> {
  if (id === "") return credentialsError("NoIdInRequest", "No Credential ID in the request");
  const task = deps.agent.findByCredentials(id);
  const isInPlace = task !== undefined && comesFrom(deps, task, peer);
  const credentials = isInPlace ? await deps.credentials?.get(id) : undefined;
  return credentials === undefined ? credentialsError("InvalidIdInRequest", "Credentials not found") : ok(credentials);
}

/** Of a task in the host's network only this is known: that the peer is in no VPC. */
function comesFrom({ network }: AnswerDeps, { payload, live }: Task, peer: string): boolean {
  if (payload.networkInterface?.vpcId !== network.vpcOfPeer(peer)) return false;
  return payload.networkMode !== "bridge" || live.sandbox?.address === peer;
}

function credentialsError(code: string, message: string): Answer {
  return { status: 400, body: { code, message: `CredentialsV2Request: ${message}`, HTTPErrorCode: 400 } };
}

/** Of an IPv4 peer of a socket that takes both kinds. */
function plainAddress(remoteAddress: string): string {
  return remoteAddress.replace(/^::ffff:/, "");
}

function ok(body: unknown): Answer {
  return { status: 200, body };
}
