import { resolve } from "node:path";
import type { PlannedSecret, Surroundings } from "./model.ts";
import type { ConfigContent } from "./service/mounted.ts";
import type { Source } from "./service/source.ts";

/** The maps beside `services`: networks, volumes, configs, secrets. */
export interface Resources {
  /** Network -> whether nothing on it reaches the outside. */
  readonly networks: ReadonlyMap<string, boolean>;
  readonly volumes: ReadonlySet<string>;
  readonly configs: ReadonlyMap<string, ConfigContent>;
  readonly secrets: ReadonlyMap<string, PlannedSecret>;
}

export function readResources(file: Source, surroundings: Surroundings): Resources {
  const each = (key: string) => {
    const all = file.map(key);
    // `data:` with nothing behind it is a volume too.
    return all.names.map((name) => [name, all.map(name)] as const);
  };
  return {
    networks: new Map(each("networks").map(([name, network]) => [name, readNetwork(network)])),
    volumes: new Set(each("volumes").map(([name, volume]) => readVolume(name, volume))),
    configs: new Map(each("configs").map(([name, config]) => [name, readConfig(config, surroundings)])),
    secrets: new Map(each("secrets").map(([name, secret]) => [name, readSecret(name, secret, surroundings)])),
  };
}

function readNetwork(network: Source): boolean {
  network.refuseOthers(["driver", "internal", "attachable", "labels", "name", "enable_ipv4"], {
    driver_opts: "cannot be expressed: the network is one of the platform's.",
    ipam: "cannot be expressed: the platform chooses the addresses.",
    enable_ipv6: "cannot be expressed: VPCs have no IPv6 here.",
  });
  if (network.raw("external")) network.problem("external", "cannot be expressed: a project has a network of its own.");
  const driver = network.text("driver") ?? "bridge";
  if (driver !== "bridge" && driver !== "overlay") network.problem("driver", `${driver} cannot be expressed.`);
  return network.flag("internal") ?? false;
}

function readVolume(name: string, volume: Source): string {
  volume.refuseOthers(["driver", "driver_opts", "labels", "name", "external"]);
  if (volume.raw("external"))
    volume.problem("external", "cannot be expressed: Fargate has no volumes that others made.");
  const driver = volume.text("driver") ?? "local";
  if (driver !== "local") volume.problem("driver", `${driver} cannot be expressed.`);
  if (volume.map("driver_opts").keys.length > 0) volume.problem("driver_opts", "cannot be expressed on Fargate.");
  return name;
}

function readConfig(config: Source, surroundings: Surroundings): ConfigContent {
  config.refuseOthers(["file", "content", "environment", "name", "labels"], {
    external: "cannot be expressed: there is no store of configs. Name a file.",
  });
  const [path, content] = [config.text("file"), config.text("content")];
  if (path !== undefined) {
    const full = resolve(surroundings.directory, path);
    if (surroundings.kindOf(full) !== "file") config.problem("file", `${path} cannot be read.`);
    return { path: full };
  }
  const value = content ?? environmentValue(config, surroundings);
  if (value === undefined && !config.has("environment")) {
    config.report.problem(config.at, "must have a file, a content or an environment variable.");
  }
  return { content: value ?? "" };
}

function readSecret(name: string, secret: Source, surroundings: Surroundings): PlannedSecret {
  secret.refuseOthers(["file", "environment", "external", "name", "labels"], {
    driver: "cannot be expressed.",
    template_driver: "cannot be expressed.",
  });
  if (secret.raw("external")) return { name, external: secret.text("name") ?? name };
  const path = secret.text("file");
  if (path !== undefined) {
    const value = surroundings.read(resolve(surroundings.directory, path));
    if (value === undefined) secret.problem("file", `${path} cannot be read.`);
    return checked(secret, { name, value: value ?? "" });
  }
  const value = environmentValue(secret, surroundings);
  if (!secret.has("environment"))
    secret.report.problem(secret.at, "must have a file or an environment variable, or be external.");
  return checked(secret, { name, value: value ?? "" });
}

/** Secrets Manager keeps no empty texts, and none longer than 64 KiB. */
function checked(secret: Source, planned: PlannedSecret): PlannedSecret {
  if (planned.value === "") secret.report.problem(secret.at, "is empty.");
  if (Buffer.byteLength(planned.value ?? "") > 65_536) secret.report.problem(secret.at, "is longer than 65,536 bytes.");
  return planned;
}

function environmentValue(source: Source, { lookup }: Surroundings): string | undefined {
  const name = source.text("environment");
  if (name === undefined) return undefined;
  const value = lookup(name);
  if (value === undefined) source.problem("environment", `the variable ${name} is not set.`);
  return value;
}
