import type { ContainerStatus, Sandbox, SandboxPort } from "../driver.ts";
import type { ContainerAnswer } from "./api.ts";
import { callersLabels, label } from "./names.ts";
import type { OomJudge } from "./oom.ts";

/** What the engine says of a container, in the port's words. */
export function toContainerStatus(answer: ContainerAnswer, oom: Pick<OomJudge, "believes">): ContainerStatus {
  const labels = answer.Config.Labels ?? {};
  const state = containerState(answer.State.Status);
  const startedAt = engineTime(answer.State.StartedAt);
  const exitCode = state === "exited" ? answer.State.ExitCode : undefined;
  return {
    id: answer.Id,
    name: labels[label.containerName] ?? "",
    sandboxId: labels[label.sandboxId] ?? "",
    labels: callersLabels(labels),
    imageId: answer.Image,
    state,
    exitCode,
    oomKilled: answer.State.OOMKilled && oom.believes(answer.Id, exitCode),
    error: answer.State.Error,
    startedAt,
    finishedAt: state === "running" ? undefined : notBefore(startedAt, engineTime(answer.State.FinishedAt)),
    health: healthStatus(answer.State.Health?.Status),
    ...healthOutput(answer.State.Health),
    pid: answer.State.Pid,
  };
}

function containerState(status: string): ContainerStatus["state"] {
  if (status === "created" || status === "configured" || status === "initialized") return "created";
  if (status === "running" || status === "paused" || status === "restarting") return "running";
  return "exited"; // exited, dead, removing
}

function healthStatus(status: string | undefined): ContainerStatus["health"] {
  if (status === "starting" || status === "healthy" || status === "unhealthy") return status;
  return "none";
}

const mostOutput = 1000;

/** What the last check of an unhealthy container wrote; of much of it the end. */
function healthOutput(health: ContainerAnswer["State"]["Health"]): Pick<ContainerStatus, "healthOutput"> {
  const output = health?.Status === "unhealthy" ? health.Log?.at(-1)?.Output?.trim().slice(-mostOutput) : undefined;
  return output ? { healthOutput: output } : {};
}

/** The engine notes the start after the fact: what ends at once seems to have ended before. */
function notBefore(startedAt: number | undefined, finishedAt: number | undefined): number | undefined {
  return finishedAt === undefined ? undefined : Math.max(finishedAt, startedAt ?? finishedAt);
}

/** The engine writes the year 1 for "never". */
function engineTime(text: string): number | undefined {
  const milliseconds = Date.parse(text);
  return Number.isNaN(milliseconds) || milliseconds <= 0 ? undefined : milliseconds;
}

export function toSandbox(answer: ContainerAnswer): Sandbox {
  const address = answer.NetworkSettings?.Networks?.bridge?.IPAddress;
  return {
    id: answer.Id,
    hostname: answer.Config.Hostname,
    pid: answer.State.Pid,
    ...(address ? { address } : {}),
    ports: Object.entries(answer.NetworkSettings?.Ports ?? {}).flatMap(([key, bindings]) =>
      publishedPorts(key, bindings),
    ),
  };
}

function publishedPorts(
  key: string,
  bindings: readonly { readonly HostIp: string; readonly HostPort: string }[] | null,
): SandboxPort[] {
  const [port, protocol] = key.split("/");
  return (bindings ?? []).map((binding) => ({
    containerPort: Number(port),
    hostPort: Number(binding.HostPort),
    protocol: protocol === "udp" ? "udp" : "tcp",
    hostIp: binding.HostIp,
  }));
}
