import type { VolumeSpec } from "../driver.ts";
import type { DockerContext } from "./context.ts";
import { hasReason } from "./errors.ts";
import { callersLabels, label } from "./names.ts";

export interface Volumes {
  create(spec: VolumeSpec): Promise<void>;
  remove(name: string): Promise<void>;
  list(): Promise<{ name: string; labels: Record<string, string> }[]>;
}

interface VolumeAnswer {
  readonly Name: string;
  readonly Labels: Readonly<Record<string, string>> | null;
}

export function createVolumes({ client, owner }: DockerContext): Volumes {
  return {
    async create(spec) {
      const body = {
        Name: spec.name,
        Driver: spec.driver ?? "local",
        DriverOpts: spec.driverOptions,
        Labels: { ...spec.labels, [label.owner]: owner },
      };
      await client.call("POST", "/volumes/create", { body });
    },
    async remove(name) {
      await client.call("DELETE", `/volumes/${encodeURIComponent(name)}`).catch((error) => {
        if (!hasReason(error, "NotFound")) throw error;
      });
    },
    async list() {
      const query = { filters: { label: [`${label.owner}=${owner}`] } };
      const answer: { Volumes: readonly VolumeAnswer[] | null } = await client.call("GET", "/volumes", { query });
      return (answer.Volumes ?? []).map((volume) => ({ name: volume.Name, labels: callersLabels(volume.Labels) }));
    },
  };
}
