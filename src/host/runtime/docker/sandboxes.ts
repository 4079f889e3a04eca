import { DriverError } from "#kernel/fault.ts";
import type { Sandbox, SandboxSpec, SandboxStatus } from "../driver.ts";
import type { ContainerAnswer } from "./api.ts";
import { toContainerStatus, toSandbox } from "./container-status.ts";
import type { DockerContext } from "./context.ts";
import { hasReason } from "./errors.ts";
import { createHostPorts, wantsRuns } from "./host-ports.ts";
import { label, parseSandboxName, sandboxContainerName } from "./names.ts";
import type { OomJudge } from "./oom.ts";
import { type PauseContainers, specHash } from "./pause.ts";
import { eachLimited, forceRemove, inspect, list } from "./requests.ts";
import type { Stock } from "./stock.ts";

/** What a container that joins a sandbox must know of it. */
export interface SandboxHome {
  readonly name: string;
  readonly cgroup: string | undefined;
}

export interface Sandboxes {
  create(spec: SandboxSpec): Promise<Sandbox>;
  stop(sandboxId: string): Promise<void>;
  remove(sandboxId: string): Promise<void>;
  list(): Promise<SandboxStatus[]>;
  /** Rejects with `NotFound` for what is no sandbox of this owner. */
  home(sandboxId: string): Promise<SandboxHome>;
  /** Removes control groups that a crash left without a sandbox. */
  sweep(): Promise<void>;
}

const inspectionsAtOnce = 8;

export function createSandboxes(
  context: DockerContext,
  pauses: PauseContainers,
  stock: Stock,
  oom: OomJudge,
): Sandboxes {
  const hostPorts = createHostPorts(context);
  const homes = new Map<string, SandboxHome>();
  /** By name: two requests for one sandbox are served one after the other, so that the second finds the first. */
  const making = new Map<string, Promise<unknown>>();

  /** The pause container, or undefined when it has gone. Rejects with `NotFound` for one of another owner. */
  const owned = async (sandboxId: string): Promise<ContainerAnswer | undefined> => {
    const pause = await inspect(context, sandboxId);
    if (pause === undefined || pause.Config.Labels?.[label.owner] === context.owner) return pause;
    throw new DriverError("NotFound", `No such sandbox: ${sandboxId}`);
  };

  const remove = async (sandboxId: string): Promise<void> => {
    const pause = await owned(sandboxId);
    const members = await list(context, { [label.sandboxId]: sandboxId });
    await eachLimited(members, inspectionsAtOnce, (member) => forceRemove(context, member.Id));
    const labels = pause?.Config.Labels ?? members[0]?.Labels;
    await pauses.remove(sandboxId, labels?.[label.cgroup] ?? homes.get(sandboxId)?.cgroup);
    homes.delete(sandboxId);
  };

  const settle = async (spec: SandboxSpec, answer: ContainerAnswer): Promise<Sandbox> => {
    const cgroup = answer.Config.Labels?.[label.cgroup];
    homes.set(answer.Id, { name: spec.name, cgroup });
    if (cgroup !== undefined) {
      const { groups, info } = await context.engine();
      if (groups.unsupported === undefined) await groups.limit(cgroup, spec.resources, info.cpuCores);
    }
    return toSandbox(answer);
  };

  /** Takes over what an earlier attempt at the same request has made. */
  const adopt = async (name: string, spec: SandboxSpec): Promise<ContainerAnswer> => {
    const found = await inspect(context, name);
    if (found === undefined)
      throw new DriverError("Conflict", `Sandbox ${spec.name} is being removed`, { retryable: true });
    const labels = found.Config.Labels ?? {};
    const same = labels[label.spec] === undefined ? mayUseStock(spec) : labels[label.spec] === hashOf(spec);
    if (labels[label.owner] !== context.owner || !same) {
      throw new DriverError("Conflict", `Sandbox ${spec.name} exists already and is another`);
    }
    if (found.State.Running) return found;
    try {
      await context.client.call("POST", `/containers/${found.Id}/start`);
    } catch (error) {
      // Somebody has got a port that was chosen for it: others do as well.
      if (!hasReason(error, "PortInUse") || !wantsRuns(spec.portMappings)) throw error;
      await remove(found.Id);
      return await makeNew(name, spec);
    }
    return (await inspect(context, found.Id)) ?? found;
  };

  const makeNew = (name: string, spec: SandboxSpec): Promise<ContainerAnswer> =>
    hostPorts.publish(spec.portMappings, (portMappings) =>
      pauses.run(name, { ...spec, portMappings }, { [label.spec]: hashOf(spec) }),
    );

  const make = async (spec: SandboxSpec): Promise<Sandbox> => {
    const name = sandboxContainerName(context.owner, spec.name);
    const claimed = mayUseStock(spec) ? await stock.claim(name) : undefined;
    if (claimed !== undefined) return await settle(spec, claimed === "taken" ? await adopt(name, spec) : claimed);
    const made = await makeNew(name, spec).catch((error) => {
      if (!hasReason(error, "Conflict")) throw error;
      return adopt(name, spec);
    });
    return await settle(spec, made);
  };

  return {
    async create(spec) {
      const before = making.get(spec.name) ?? Promise.resolve();
      const work = before.catch(() => {}).then(() => make(spec)); // whoever asked before has been told of its failure
      making.set(spec.name, work);
      return await work.finally(() => {
        if (making.get(spec.name) === work) making.delete(spec.name);
      });
    },
    async stop(sandboxId) {
      const pause = await owned(sandboxId);
      if (pause?.State.Running !== true) return;
      await context.client.call("POST", `/containers/${pause.Id}/stop`, { query: { t: 0 } }).catch((error) => {
        if (!hasReason(error, "NotFound")) throw error;
      });
      // The engine answers this once it has let go of the ports: it holds the container until then.
      await inspect(context, pause.Id);
    },
    remove,
    async list() {
      const entries = await list(context);
      const answers = await eachLimited(entries, inspectionsAtOnce, (entry) => inspect(context, entry.Id));
      const found = answers.filter((answer) => answer !== undefined);
      const listed = new Set(entries.map((entry) => entry.Id));
      return [...groupBySandbox(context.owner, found, oom), ...bereft(found, listed, oom)];
    },
    async home(sandboxId) {
      const known = homes.get(sandboxId);
      if (known !== undefined) return known;
      const answer = await inspect(context, sandboxId);
      const parsed = answer && parseSandboxName(context.owner, answer.Name);
      const owned = answer?.Config.Labels?.[label.owner] === context.owner;
      if (!owned || parsed === undefined || parsed === "prepared") {
        throw new DriverError("NotFound", `No such sandbox: ${sandboxId}`);
      }
      const home = { name: parsed.name, cgroup: answer.Config.Labels?.[label.cgroup] };
      homes.set(sandboxId, home);
      return home;
    },
    async sweep() {
      const { groups } = await context.engine();
      const present = await groups.list();
      if (present.length === 0 || making.size > 0 || stock.busy()) return; // next time: a new one has no container yet
      const used = new Set((await list(context)).map((entry) => entry.Labels?.[label.cgroup]));
      for (const group of present) if (!used.has(group)) await groups.remove(group);
    },
  };
}

/** A prepared sandbox serves who asks for nothing special: its hostname is its own, its limits are set when claimed. */
function mayUseStock(spec: SandboxSpec): boolean {
  return spec.network === "isolated" && Object.keys(spec.sysctls).length === 0;
}

function hashOf({ name: _, resources: __, ...rest }: SandboxSpec): string {
  return specHash(rest);
}

function groupBySandbox(owner: string, answers: readonly ContainerAnswer[], oom: OomJudge): SandboxStatus[] {
  const members = Map.groupBy(answers, (answer) => answer.Config.Labels?.[label.sandboxId]);
  return answers.flatMap((answer) => {
    const parsed = answer.Config.Labels?.[label.role] === "sandbox" && parseSandboxName(owner, answer.Name);
    if (!parsed || parsed === "prepared") return [];
    const containers = (members.get(answer.Id) ?? []).map((member) => toContainerStatus(member, oom));
    return [{ ...toSandbox(answer), name: parsed.name, running: answer.State.Running, containers }];
  });
}

/** Containers whose pause container somebody else has removed: their sandbox has ended, and they may still run. */
function bereft(answers: readonly ContainerAnswer[], listed: ReadonlySet<string>, oom: OomJudge): SandboxStatus[] {
  const bySandbox = Map.groupBy(answers, (answer) => answer.Config.Labels?.[label.sandboxId]);
  return [...bySandbox].flatMap(([id, members]) => {
    const name = members[0]!.Config.Labels?.[label.sandboxName];
    if (id === undefined || name === undefined || listed.has(id)) return [];
    const containers = members.map((member) => toContainerStatus(member, oom));
    return [{ id, name, hostname: members[0]!.Config.Hostname, pid: 0, ports: [], running: false, containers }];
  });
}
