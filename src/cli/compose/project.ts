import type { PlannedService, Project, Surroundings } from "./model.ts";
import { startOrder } from "./order.ts";
import { Report } from "./report.ts";
import { type Resources, readResources } from "./resources.ts";
import { readBuild } from "./service/build.ts";
import { checkLogging, readContainer, readPlatform, readStopSignal } from "./service/container.ts";
import { readDeploy } from "./service/deploy.ts";
import { readEnvironment } from "./service/environment.ts";
import { readHealthCheck } from "./service/health.ts";
import { knownKeys, unsupportedKeys } from "./service/keys.ts";
import { readConfigs, readSecrets } from "./service/mounted.ts";
import { readPorts } from "./service/ports.ts";
import { linksOf, readDependencies, readNetworks } from "./service/relations.ts";
import { Source } from "./service/source.ts";
import { readVolumes } from "./service/volumes.ts";

export interface ProjectOptions {
  readonly name: string;
  readonly profiles: readonly string[];
  /** Only these services, with what they depend on; empty: all. */
  readonly only: readonly string[];
  /** Named volumes may live and die with their tasks. */
  readonly ephemeralVolumes: boolean;
  /** Folders of this machine that are bound may be copied. */
  readonly copyBinds: boolean;
  readonly scale: ReadonlyMap<string, number>;
}

const topKeys = ["name", "version", "services", "networks", "volumes", "secrets", "configs"];

/**
 * What a merged, interpolated compose file comes to. All that cannot be expressed is in the report: with a problem in
 * it the project is not to be used.
 */
export function readProject(
  tree: unknown,
  surroundings: Surroundings,
  options: ProjectOptions,
): { readonly project: Project; readonly report: Report } {
  const report = new Report();
  const file = new Source(tree, "", report);
  file.refuseOthers(topKeys, { include: "is not read: name the files with -f.", models: "cannot be expressed." });
  const resources = readResources(file, surroundings);
  const all = new Source(file.raw("services"), "services", report);
  if (all.names.length === 0) report.problem("services", "there are none.");
  const active = activeServices(all, options, report);
  const awaited = new Set(
    active
      .flatMap((name) => readDependencies(new Source(all.raw(name), "", new Report())))
      .flatMap((dependency) => (dependency.condition === "service_completed_successfully" ? [dependency.service] : [])),
  );
  const context = { surroundings, resources, options, active: new Set(active) };
  const services = withLinkAliases(
    active.map((name) => readService(name, all.map(name), { ...context, awaited: awaited.has(name) })),
    all,
  );
  checkDependencies(services, report);
  checkNames(services, report);
  const used = new Set(services.flatMap(({ networks }) => networks));
  const mounted = new Set(services.flatMap(({ secrets }) => secrets.map(({ source }) => source)));
  const project = {
    name: options.name,
    defined: all.names,
    services: startOrder(services, report),
    networks: [...used].map((name) => ({ name, internal: resources.networks.get(name) ?? false })),
    secrets: [...resources.secrets.values()].filter(({ name }) => mounted.has(name)),
  };
  return { project, report };
}

/** Those of no profile, of one that is active, or named themselves; and what they depend on. */
function activeServices(all: Source, { profiles, only }: ProjectOptions, report: Report): string[] {
  const wanted = new Set(profiles);
  const { names } = all;
  const inProfile = (name: string) => {
    const own = all.map(name).texts("profiles");
    return own.length === 0 || own.some((profile) => wanted.has(profile) || wanted.has("*"));
  };
  for (const name of only) if (!names.includes(name)) report.problem(`services.${name}`, "there is no such service.");
  if (only.length === 0) return names.filter(inProfile);
  const found = new Set<string>();
  const add = (name: string) => {
    if (found.has(name) || !names.includes(name)) return;
    found.add(name);
    for (const { service } of readDependencies(new Source(all.raw(name), "", new Report()))) {
      if (inProfile(service)) add(service);
    }
  };
  for (const name of only) add(name);
  return names.filter((name) => found.has(name));
}

interface ServiceContext {
  readonly surroundings: Surroundings;
  readonly resources: Resources;
  readonly options: ProjectOptions;
  readonly active: ReadonlySet<string>;
  /** Another service waits for its end. */
  readonly awaited: boolean;
}

function readService(name: string, service: Source, context: ServiceContext): PlannedService {
  const { surroundings, resources, options, awaited } = context;
  service.refuseOthers(knownKeys, unsupportedKeys);
  checkLogging(service);
  if (!/^[\w-]{1,60}$/.test(name))
    service.report.problem(service.at, "names of services here are letters, digits, _ and -.");
  const deploy = readDeploy(service, awaited);
  const { ephemeralVolumes: ephemeral, copyBinds } = options;
  const rules = { surroundings, ephemeral, copyBinds, named: resources.volumes };
  const { volumes, mountPoints, tmpfs, files } = readVolumes(service, rules, Math.floor(deploy.memoryMiB / 2));
  const { mappings, published } = readPorts(service);
  const [image, build] = [service.text("image"), readBuild(service, surroundings)];
  if (image === undefined && build === undefined) service.report.problem(service.at, "must have an image or a build.");
  const healthCheck = readHealthCheck(service);
  const [container, stopSignal] = [readContainer(service), readStopSignal(service)];
  const environment = readEnvironment(service, surroundings);
  const { networks, aliases } = readNetworks(service, new Set(resources.networks.keys()));
  const runtimePlatform = readPlatform(service);
  return {
    name,
    kind: deploy.isJob ? "job" : "service",
    ...(image !== undefined && { image }),
    ...(build !== undefined && { build }),
    ...(stopSignal !== undefined && { stopSignal }),
    files: [...files, ...readConfigs(service, resources.configs)],
    container: {
      name,
      essential: true,
      ...container,
      ...(tmpfs.length > 0 && { linuxParameters: { ...container.linuxParameters, tmpfs } }),
      ...(environment.length > 0 && { environment }),
      ...(mappings.length > 0 && { portMappings: [...mappings] }),
      ...(mountPoints.length > 0 && { mountPoints }),
      ...(healthCheck !== undefined && { healthCheck }),
      ...(deploy.memory !== undefined && { memory: deploy.memory }),
      ...(deploy.memoryReservation !== undefined && { memoryReservation: deploy.memoryReservation }),
    },
    ...{ cpu: deploy.cpu, memoryMiB: deploy.memoryMiB, volumes, deployment: deploy.deployment, tags: deploy.tags },
    ...(runtimePlatform !== undefined && { runtimePlatform }),
    replicas: options.scale.get(name) ?? deploy.replicas,
    ...{ aliases, networks, ports: published },
    secrets: readSecrets(service, new Set(resources.secrets.keys())),
    dependsOn: readDependencies(service).filter(
      (dependency) => dependency.required || context.active.has(dependency.service),
    ),
    attach: service.flag("attach") ?? true,
  };
}

/** `links: [db:database]` of one service is a further name of the other. */
function withLinkAliases(services: readonly PlannedService[], all: Source): PlannedService[] {
  const links = services.flatMap(({ name }) => linksOf(new Source(all.raw(name), "", new Report())));
  return services.map((service) => {
    const more = links.flatMap(({ name, alias }) => (name === service.name && alias !== undefined ? [alias] : []));
    const aliases = new Set([...service.aliases, ...more]);
    aliases.delete(service.name);
    return { ...service, aliases: [...aliases] };
  });
}

function checkDependencies(services: readonly PlannedService[], report: Report): void {
  const known = new Map(services.map((service) => [service.name, service]));
  for (const { name, dependsOn } of services) {
    for (const { service, condition, required } of dependsOn) {
      const at = `services.${name}.depends_on.${service}`;
      const other = known.get(service);
      if (other === undefined) {
        if (required) report.problem(at, "there is no such service, or its profile is not active.");
      } else if (condition === "service_healthy" && other.container.healthCheck === undefined) {
        report.problem(
          at,
          `${service} has no healthcheck in the file to wait for; that of its image is not used by ECS.`,
        );
      }
    }
  }
  for (const { name, kind, ports } of services) {
    if (kind === "job" && ports.length > 0) {
      report.problem(`services.${name}.ports`, "a service that runs once has no ports on this machine.");
    }
  }
}

function checkNames(services: readonly PlannedService[], report: Report): void {
  const owners = new Map(services.map(({ name }) => [name.toLowerCase(), name]));
  for (const { name, aliases } of services) {
    for (const alias of aliases) {
      const owner = owners.get(alias.toLowerCase());
      if (owner !== undefined && owner !== name) {
        report.problem(`services.${name}`, `its further name ${alias} is one of ${owner}.`);
      } else if (!/^[A-Za-z0-9_]([A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?$/.test(alias)) {
        report.problem(`services.${name}`, `its further name ${alias} cannot be a name in DNS here (no dots).`);
      }
      owners.set(alias.toLowerCase(), name);
    }
  }
}
