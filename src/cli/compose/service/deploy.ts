import type { DeploymentConfiguration, Tag } from "#generated/ecs/types.ts";
import { parseBytes, parseNumber } from "../values.ts";
import type { Source } from "./source.ts";

export interface Deploy {
  readonly replicas: number;
  readonly deployment: DeploymentConfiguration;
  /** Runs once, to its end. */
  readonly isJob: boolean;
  readonly cpu: number;
  readonly memoryMiB: number;
  /** Of the container, in MiB. */
  readonly memory?: number;
  readonly memoryReservation?: number;
  readonly tags: readonly Tag[];
}

const mebibyte = 2 ** 20;

/** `deploy`, and the older keys beside it (`scale`, `cpus`, `mem_limit`, `mem_reservation`, `restart`). */
export function readDeploy(service: Source, awaited: boolean): Deploy {
  const deploy = service.map("deploy");
  deploy.refuseOthers(["mode", "replicas", "update_config", "resources", "restart_policy", "labels", "endpoint_mode"], {
    placement: "cannot be expressed: Fargate chooses where tasks run.",
    rollback_config: "cannot be expressed: a rollback goes like the update. Leave it out.",
  });
  const mode = deploy.text("mode") ?? "replicated";
  if (mode === "global" || mode === "global-job") {
    deploy.problem("mode", "global services cannot be expressed: on Fargate there are no machines to run one each on.");
  } else if (mode !== "replicated" && mode !== "replicated-job") deploy.problem("mode", "is not known.");
  if (!["dnsrr", undefined].includes(deploy.text("endpoint_mode"))) {
    deploy.problem("endpoint_mode", "must be dnsrr: names lead to the tasks themselves.");
  }
  const replicas = deploy.number("replicas") ?? service.number("scale") ?? 1;
  if (!Number.isInteger(replicas) || replicas < 0) deploy.problem("replicas", "must be a whole number.");
  return {
    ...{ replicas, deployment: rolloutOf(deploy, replicas), ...resourcesOf(service, deploy) },
    isJob: awaited || mode === "replicated-job" || runsOnce(service, deploy),
    tags: deploy.pairs("labels").map(([key, value = ""]) => ({ key, value })),
  };
}

/** Only what says so itself runs once: files mostly leave `restart` out, of services too. */
function runsOnce(service: Source, deploy: Source): boolean {
  const policy = deploy.map("restart_policy");
  policy.refuseOthers(["condition"], {
    delay: "cannot be expressed: ECS paces starts that fail by itself.",
    max_attempts: "cannot be expressed: ECS does not give up.",
    window: "cannot be expressed.",
  });
  const condition = policy.text("condition");
  if (condition !== undefined && !["none", "on-failure", "any"].includes(condition)) {
    policy.problem("condition", "must be none, on-failure or any.");
  }
  // YAML's own `no` is false.
  const restart = service.raw("restart") === false ? "no" : service.text("restart");
  if (restart?.startsWith("on-failure:")) service.problem("restart", "has a number of attempts: ECS does not give up.");
  else if (restart !== undefined && !["no", "always", "on-failure", "unless-stopped"].includes(restart)) {
    service.problem("restart", 'must be "no", always, on-failure or unless-stopped.');
  }
  const [where, said] = condition === undefined ? [service, restart] : [policy, condition];
  // A server that is not to be restarted is no job: nothing would lead to it.
  if (said === "no" && service.list("ports").length > 0) {
    service.note("restart", "it is kept running all the same, since it has ports.");
    return false;
  }
  if (said === "on-failure") {
    where.note(condition === undefined ? "restart" : "condition", "a task that ends without an error is replaced too.");
  }
  return condition === undefined ? restart === "no" : condition === "none";
}

/** `update_config` as ECS's bounds; without one its defaults: new tasks first, old ones go when they are healthy. */
function rolloutOf(deploy: Source, replicas: number): DeploymentConfiguration {
  if (!deploy.has("update_config")) return { minimumHealthyPercent: 100, maximumPercent: 200 };
  const update = deploy.map("update_config");
  update.refuseOthers(["parallelism", "order", "failure_action", "delay", "monitor", "max_failure_ratio"]);
  for (const key of ["delay", "monitor", "max_failure_ratio"] as const) {
    const value = key === "max_failure_ratio" ? update.number(key) : update.seconds(key);
    if (value !== undefined && value !== 0)
      update.problem(key, "cannot be expressed: ECS goes on as tasks become healthy.");
  }
  const [order, action] = [update.text("order") ?? "stop-first", update.text("failure_action") ?? "pause"];
  if (!["stop-first", "start-first"].includes(order)) update.problem("order", "must be stop-first or start-first.");
  if (!["pause", "continue", "rollback"].includes(action)) {
    update.problem("failure_action", "must be pause, continue or rollback.");
  }
  const parallelism = update.number("parallelism") ?? 1;
  return {
    ...percentages(order, parallelism, replicas),
    deploymentCircuitBreaker: { enable: action !== "continue", rollback: action === "rollback" },
  };
}

/** ECS rounds the floor up and the ceiling down: the percentages are those that give exactly so many tasks. */
export function percentages(order: string, parallelism: number, replicas: number) {
  const count = Math.max(1, replicas);
  const moved = parallelism === 0 ? count : Math.min(parallelism, count);
  if (order === "start-first") {
    return { minimumHealthyPercent: 100, maximumPercent: Math.ceil((100 * (count + moved)) / count) };
  }
  return { minimumHealthyPercent: Math.floor((100 * (count - moved)) / count), maximumPercent: 100 };
}

function resourcesOf(service: Source, deploy: Source) {
  const resources = deploy.map("resources");
  resources.refuseOthers(["limits", "reservations"]);
  const [limits, reservations] = [resources.map("limits"), resources.map("reservations")];
  limits.refuseOthers(["cpus", "memory"], { pids: "cannot be expressed." });
  reservations.refuseOthers(["cpus", "memory"], {
    devices: "cannot be expressed: no host of this platform offers GPUs or accelerators.",
    generic_resources: "cannot be expressed.",
  });
  const amount = (source: Source, key: string, older: string, parse: (value: unknown) => number | undefined) => {
    const [where, name] = source.has(key) ? [source, key] : [service, older];
    const value = parse(where.raw(name));
    if (where.has(name) && (value === undefined || value < 0)) where.problem(name, "must be an amount.");
    return value || undefined;
  };
  const cpus = amount(limits, "cpus", "cpus", parseNumber) ?? reservations.number("cpus") ?? 0.25;
  const limit = amount(limits, "memory", "mem_limit", parseBytes);
  const reserved = amount(reservations, "memory", "mem_reservation", parseBytes);
  const memory = limit === undefined ? undefined : Math.ceil(limit / mebibyte);
  const memoryReservation = reserved === undefined ? undefined : Math.ceil(reserved / mebibyte);
  const size = sizeFor(cpus * 1024, Math.max(memory ?? 0, memoryReservation ?? 0));
  if (size === undefined) resources.report.problem(resources.at, "Fargate has no size as large as this.");
  for (const [at, value] of [
    [limits, memory],
    [reservations, memoryReservation],
  ] as const) {
    if (value !== undefined && value < 6) at.problem("memory", "a container must have 6 MiB at least.");
  }
  return {
    ...{ cpu: size?.cpu ?? 256, memoryMiB: size?.memoryMiB ?? 512 },
    ...(memory !== undefined && { memory }),
    ...(memoryReservation !== undefined && memoryReservation !== memory && { memoryReservation }),
  };
}

/** Fargate's sizes: CPU units -> MiB from, to, and the step between. See "Task size" of the ECS developer guide. */
const sizes: readonly (readonly [cpu: number, from: number, to: number, step: number])[] = [
  [256, 512, 2048, 512],
  [512, 1024, 4096, 1024],
  [1024, 2048, 8192, 1024],
  [2048, 4096, 16384, 1024],
  [4096, 8192, 30720, 1024],
  [8192, 16384, 61440, 4096],
  [16384, 32768, 122880, 8192],
];

/** The smallest size that holds so many CPU units and MiB. */
export function sizeFor(cpuUnits: number, memoryMiB: number): { cpu: number; memoryMiB: number } | undefined {
  const found = sizes.find(([cpu, , to]) => cpu >= cpuUnits && to >= memoryMiB);
  if (found === undefined) return undefined;
  const [cpu, from, , step] = found;
  const amount = from + Math.ceil(Math.max(0, memoryMiB - from) / step) * step;
  // A quarter of a CPU goes with 512, 1024 and 2048 MiB only.
  return { cpu, memoryMiB: cpu === 256 && amount === 1536 ? 2048 : amount };
}
