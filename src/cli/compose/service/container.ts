import type { ContainerDefinition, LinuxParameters, RuntimePlatform, Ulimit } from "#generated/ecs/types.ts";
import { splitWords } from "#kernel/command-words.ts";
import { isObject } from "#kernel/json-object.ts";
import { Source } from "./source.ts";

type Part = Partial<ContainerDefinition>;

/** Compose's own: how long a container has to end before it is killed. */
const standardGraceSeconds = 10;

/** What of a service is a field of the container with another name. */
export function readContainer(service: Source): Part {
  refuseHost(service);
  return {
    ...commandPart(service),
    ...linuxPart(service),
    ...textPart(service, "user", "user"),
    ...textPart(service, "working_dir", "workingDirectory"),
    ...flagPart(service, "read_only", "readonlyRootFilesystem"),
    ...flagPart(service, "tty", "pseudoTerminal"),
    ...flagPart(service, "stdin_open", "interactive"),
    stopTimeout: stopTimeout(service),
    ...labelsPart(service),
    ...ulimitsPart(service),
    ...sysctlsPart(service),
  };
}

function refuseHost(service: Source): void {
  if (service.flag("privileged")) service.problem("privileged", "cannot be expressed on Fargate.");
  const mode = service.text("network_mode");
  if (mode !== undefined && mode !== "bridge") {
    service.problem("network_mode", `${mode} cannot be expressed: each task has a network of its own.`);
  }
  const policy = service.text("pull_policy");
  if (policy !== undefined && !["missing", "if_not_present", "build"].includes(policy)) {
    service.problem("pull_policy", `${policy} cannot be expressed: images are pulled as Fargate does it.`);
  }
}

/** `SIGINT`, `INT`, `2`. SIGTERM is what containers are sent anyway, unless their image says otherwise. */
export function readStopSignal(service: Source): string | undefined {
  const signal = service.text("stop_signal")?.toUpperCase();
  if (signal === undefined || /^(SIG)?[A-Z0-9+-]{1,12}$/.test(signal)) return signal;
  service.problem("stop_signal", "must be a signal such as SIGINT.");
  return undefined;
}

function textPart(service: Source, key: string, field: keyof ContainerDefinition): Part {
  const value = service.text(key);
  return value === undefined || value === "" ? {} : { [field]: value };
}

function flagPart(service: Source, key: string, field: keyof ContainerDefinition): Part {
  return service.flag(key) ? { [field]: true } : {};
}

/** A text is taken apart as a shell does it, a list is the words themselves. */
function commandPart(service: Source): Part {
  const part: { command?: string[]; entryPoint?: string[] } = {};
  for (const [key, field] of [
    ["command", "command"],
    ["entrypoint", "entryPoint"],
  ] as const) {
    const value = service.raw(key);
    if (value === undefined) continue;
    const words = typeof value === "string" ? splitWords(value) : service.texts(key);
    if (typeof words === "string") service.problem(key, `${words}.`);
    else if (words.length > 0) part[field] = words;
    // Of a container an empty entry point is the image's own; Compose means none at all.
    else if (key === "entrypoint") service.problem(key, "an empty one cannot be expressed: name the program itself.");
  }
  return part;
}

function linuxPart(service: Source): Part {
  const [add, drop] = [service.texts("cap_add"), service.texts("cap_drop")].map((names) =>
    names.map((name) => name.toUpperCase().replace(/^CAP_/, "")),
  ) as [string[], string[]];
  const refused = add.filter((name) => name !== "SYS_PTRACE");
  if (refused.length > 0) service.problem("cap_add", `${refused.join(", ")} cannot be added on Fargate.`);
  const capabilities = { ...(add.length > 0 && { add }), ...(drop.length > 0 && { drop }) };
  const parameters: LinuxParameters = {
    ...(Object.keys(capabilities).length > 0 && { capabilities }),
    ...(service.flag("init") && { initProcessEnabled: true }),
  };
  return Object.keys(parameters).length > 0 ? { linuxParameters: parameters } : {};
}

function stopTimeout(service: Source): number {
  const asked = service.seconds("stop_grace_period") ?? standardGraceSeconds;
  const taken = Math.min(120, Math.max(2, Math.ceil(asked)));
  if (taken !== asked) service.note("stop_grace_period", `is ${taken} s: Fargate takes 2 to 120.`);
  return taken;
}

function labelsPart(service: Source): Part {
  const labels = service.pairs("labels").map(([name, value = ""]) => [name, value] as const);
  return labels.length > 0 ? { dockerLabels: Object.fromEntries(labels) } : {};
}

function ulimitsPart(service: Source): Part {
  const limits = service.map("ulimits");
  const ulimits = limits.keys.map((name): Ulimit => {
    const value = limits.raw(name);
    const both = isObject(value) ? new Source(value, limits.where(name), limits.report) : undefined;
    const [soft, hard] = both ? [both.number("soft"), both.number("hard")] : [limits.number(name), limits.number(name)];
    if (soft === undefined || hard === undefined) limits.problem(name, "must be a number, or soft and hard ones.");
    return { name: name as "nofile", softLimit: soft ?? 0, hardLimit: hard ?? 0 };
  });
  return ulimits.length > 0 ? { ulimits } : {};
}

function sysctlsPart(service: Source): Part {
  const controls = service.pairs("sysctls").map(([namespace, value = ""]) => ({ namespace, value }));
  return controls.length > 0 ? { systemControls: controls } : {};
}

const architectures: Readonly<Record<string, "X86_64" | "ARM64">> = {
  amd64: "X86_64",
  x86_64: "X86_64",
  arm64: "ARM64",
  aarch64: "ARM64",
};

/** `platform: linux/arm64` */
export function readPlatform(service: Source): RuntimePlatform | undefined {
  const platform = service.text("platform");
  if (platform === undefined) return undefined;
  const [system, architecture = ""] = platform.split("/");
  const cpuArchitecture = architectures[architecture];
  if (system !== "linux" || cpuArchitecture === undefined) {
    service.problem("platform", "must be linux/amd64 or linux/arm64.");
    return undefined;
  }
  return { operatingSystemFamily: "LINUX", cpuArchitecture };
}

/** Logs go to CloudWatch Logs whatever is said of them; what it means to keep them there is said. */
export function checkLogging(service: Source): void {
  if (!service.has("logging")) return;
  const logging = service.map("logging");
  logging.refuseOthers(["driver", "options"]);
  const driver = logging.text("driver") ?? "json-file";
  if (["json-file", "local", "journald", "awslogs"].includes(driver)) {
    logging.note("driver", "logs are kept in CloudWatch Logs, in the project's log group.");
  } else logging.problem("driver", `${driver} cannot be expressed: logs go to CloudWatch Logs.`);
}
