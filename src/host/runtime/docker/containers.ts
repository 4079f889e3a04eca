import { DriverError } from "#kernel/fault.ts";
import type { ContainerSpec, ContainerStatus } from "../driver.ts";
import { containerConfig } from "./container-config.ts";
import { toContainerStatus } from "./container-status.ts";
import type { DockerContext } from "./context.ts";
import { hasReason } from "./errors.ts";
import { label, memberContainerName } from "./names.ts";
import type { OomJudge } from "./oom.ts";
import { specHash } from "./pause.ts";
import { inspect } from "./requests.ts";
import type { Sandboxes } from "./sandboxes.ts";

export interface Containers {
  create(sandboxId: string, spec: ContainerSpec): Promise<string>;
  start(containerId: string): Promise<void>;
  signal(containerId: string, signal: string): Promise<void>;
  inspect(containerId: string): Promise<ContainerStatus>;
}

export function createContainers(context: DockerContext, sandboxes: Sandboxes, oom: OomJudge): Containers {
  /** A retry after a crash finds what the first attempt has made. */
  const adopt = async (name: string, sandboxId: string, hash: string): Promise<string> => {
    const found = await inspect(context, name);
    if (found === undefined)
      throw new DriverError("Conflict", `Container ${name} is being removed`, { retryable: true });
    const labels = found.Config.Labels ?? {};
    const same =
      labels[label.owner] === context.owner && labels[label.sandboxId] === sandboxId && labels[label.spec] === hash;
    if (!same) throw new DriverError("Conflict", `Container ${name} exists already and is another`);
    return found.Id;
  };

  return {
    async create(sandboxId, spec) {
      const [home, { info }] = await Promise.all([sandboxes.home(sandboxId), context.engine()]);
      const name = memberContainerName(context.owner, home.name, spec.name);
      const at = {
        owner: context.owner,
        sandboxName: home.name,
        sandboxId,
        cgroup: home.cgroup,
        cpuCores: info.cpuCores,
      };
      const config = containerConfig(spec, at);
      const hash = specHash(config);
      const body = { ...config, Labels: { ...(config.Labels as object), [label.spec]: hash } };
      try {
        const query = { name };
        return (await context.client.call("POST", "/containers/create", { query, body })).Id;
      } catch (error) {
        if (hasReason(error, "Conflict")) return await adopt(name, sandboxId, hash);
        throw error;
      }
    },
    async start(containerId) {
      await context.client.call("POST", `/containers/${containerId}/start`).catch((error) => {
        const known = error instanceof DriverError && (error.retryable || /No such container/i.test(error.message));
        // The engine gives 400 and 404 to a command that it cannot run, too: that is no fault of the request.
        throw known ? error : new DriverError("Failed", error.message, { cause: error });
      });
    },
    async signal(containerId, signal) {
      oom.signalled(containerId);
      await context.client.call("POST", `/containers/${containerId}/kill`, { query: { signal } }).catch((error) => {
        if (!hasReason(error, "Conflict")) throw error; // it is not running
      });
    },
    async inspect(containerId) {
      const answer = await inspect(context, containerId);
      if (answer?.Config.Labels?.[label.owner] === context.owner) return toContainerStatus(answer, oom);
      throw new DriverError("NotFound", `No such container: ${containerId}`);
    },
  };
}
