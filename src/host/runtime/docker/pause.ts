import { createHash } from "node:crypto";
import { DriverError } from "#kernel/fault.ts";
import { hex } from "#kernel/random.ts";
import type { SandboxSpec } from "../driver.ts";
import type { ContainerAnswer } from "./api.ts";
import { pauseConfig } from "./container-config.ts";
import type { DockerContext } from "./context.ts";
import { hasReason } from "./errors.ts";
import { label } from "./names.ts";
import { pauseImage } from "./pause-image.ts";
import { forceRemove, inspect } from "./requests.ts";

type PauseSpec = Omit<SandboxSpec, "name" | "resources">;

/** Makes pause containers, and their image when the engine does not have it yet. */
export interface PauseContainers {
  /**
   * Makes and starts one under this name, in a control group of its own where that is possible. Nothing is left behind
   * on failure. Rejects with `Conflict` when the name is taken.
   */
  run(name: string, spec: PauseSpec, labels: Readonly<Record<string, string>>): Promise<ContainerAnswer>;
  /** Removes one and its control group. */
  remove(id: string, cgroup: string | undefined): Promise<void>;
}

export function createPauseContainers(context: DockerContext): PauseContainers {
  let importing: Promise<unknown> | undefined;
  const importImage = (): Promise<unknown> => {
    importing ??= context
      .engine()
      .then(({ info }) =>
        context.client.call("POST", "/images/load", {
          query: { quiet: true },
          bytes: pauseImage(info.architecture),
          contentType: "application/x-tar",
        }),
      )
      .finally(() => {
        importing = undefined;
      });
    return importing;
  };

  const create = async (name: string, config: unknown): Promise<string> => {
    const attempt = () => context.client.call("POST", "/containers/create", { query: { name }, body: config });
    const made = await attempt().catch(async (error) => {
      if (!hasReason(error, "NotFound")) throw error;
      await importImage();
      return await attempt();
    });
    return made.Id;
  };

  const remove = async (id: string, cgroup: string | undefined): Promise<void> => {
    await forceRemove(context, id);
    if (cgroup) await (await context.engine()).groups.remove(cgroup);
  };

  return {
    async run(name, spec, labels) {
      const { groups } = await context.engine();
      const cgroup = groups.unsupported === undefined ? groups.parentOf(hex(context.random, 16)) : undefined;
      const allLabels = {
        ...labels,
        [label.owner]: context.owner,
        [label.role]: "sandbox",
        ...(cgroup === undefined ? {} : { [label.cgroup]: cgroup }),
      };
      if (cgroup !== undefined) await groups.create(cgroup);
      let id: string | undefined;
      try {
        id = await create(name, pauseConfig(spec, { labels: allLabels, cgroup }));
        await context.client.call("POST", `/containers/${id}/start`);
        const answer = await inspect(context, id);
        if (answer?.State.Running) return answer;
        const why = answer?.State.Error || "no reason given";
        throw new DriverError("Failed", `The first process of sandbox ${name} has ended at once: ${why}`);
      } catch (error) {
        if (id !== undefined) await remove(id, cgroup);
        else if (cgroup !== undefined) await groups.remove(cgroup);
        throw error;
      }
    },
    remove,
  };
}

/** A short hash of plain data, the same for equal data whatever the order of its members. */
export function specHash(value: unknown): string {
  return createHash("sha256").update(canonicalJson(value)).digest("hex").slice(0, 16);
}

function canonicalJson(value: unknown): string {
  return JSON.stringify(value, (_, member) =>
    member !== null && typeof member === "object" && !Array.isArray(member)
      ? Object.fromEntries(Object.entries(member).sort(([a], [b]) => (a < b ? -1 : 1)))
      : member,
  );
}
