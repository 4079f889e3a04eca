import { PassThrough } from "node:stream";
import type { EngineClient } from "#host/runtime/docker/client.ts";
import { demultiplex } from "#host/runtime/docker/frames.ts";
import { imageArchive } from "#host/runtime/image-archive.ts";
import type { Clock } from "#kernel/clock.ts";
import { DriverError } from "#kernel/fault.ts";
import { Follower } from "./follower.ts";
import { helperProgram } from "./helper-program.ts";
import type { PrivilegedShell } from "./privileged-shell.ts";
import { type ShellChannel, ShellSession } from "./shell-session.ts";

/** The image's tag changes with the program. It also tells people what the container is. */
const imageReference = "estiva/network-helper:1";
const helperLabel = "estiva.network-helper";

export interface HelperShellOptions {
  /** Names the container, so that each platform instance has its own. */
  readonly owner: string;
  readonly client: EngineClient;
  readonly clock: Clock;
}

/**
 * A shell on the engine's machine, for a platform that may use the container engine but is not root, or whose engine
 * lives in a virtual machine. A container in the machine's network and process namespaces runs it, with just the
 * capabilities that networking takes; it ends when the connection to it ends, so none is left behind by a crash.
 */
export function createHelperShell(options: HelperShellOptions): PrivilegedShell {
  const session = new ShellSession(() => open(options), options.clock);
  const followers: { readonly owner: string; readonly follower: Follower }[] = [];
  return {
    name: "helper",
    run: (script) => session.run(script),
    follow(command, onLine) {
      const owner = `${options.owner}-follow-${followers.length}`;
      const follower = new Follower(() => open({ ...options, owner }), options.clock, command, onLine);
      followers.push({ owner, follower });
    },
    async close() {
      session.close();
      for (const { follower } of followers) follower.close();
      for (const { owner } of [options, ...followers]) await removeHelpers(options.client, owner);
    },
  };
}

async function open({ client, owner }: HelperShellOptions): Promise<ShellChannel> {
  await ensureImage(client);
  await removeHelpers(client, owner); // what a crashed platform left that has not ended yet
  const { Id: id } = await client.call("POST", "/containers/create", { body: containerConfig(owner) });
  const socket = await client.hijack(`/containers/${id}/attach`, {
    query: { stream: true, stdin: true, stdout: true, stderr: true },
  });
  const output = new PassThrough();
  socket.on("error", () => output.end());
  void forward(socket, output);
  try {
    await client.call("POST", `/containers/${id}/start`);
  } catch (error) {
    socket.destroy();
    await remove(client, id);
    throw error;
  }
  return { input: socket, output, kill: () => void socket.destroy() };
}

async function forward(socket: AsyncIterable<Buffer>, output: PassThrough): Promise<void> {
  try {
    for await (const frames of demultiplex(socket)) for (const { data } of frames) output.write(data);
  } catch {
    // The connection broke: the shell has ended, which the end of its output tells.
  } finally {
    output.end();
  }
}

async function ensureImage(client: EngineClient): Promise<void> {
  try {
    await client.call("GET", `/images/${imageReference}/json`);
    return;
  } catch (error) {
    if (!(error instanceof DriverError) || error.reason !== "NotFound") throw error;
  }
  const { Arch: arch } = await client.call("GET", "/version");
  const architecture = arch === "arm64" || arch === "aarch64" ? "arm64" : "x86_64";
  const archive = imageArchive({
    reference: imageReference,
    architecture,
    files: [{ path: "helper", data: helperProgram(architecture), mode: 0o755 }],
    entrypoint: ["/helper"],
  });
  await client.call("POST", "/images/load", {
    bytes: archive,
    contentType: "application/x-tar",
    query: { quiet: true },
  });
}

function containerConfig(owner: string): object {
  return {
    Image: imageReference,
    Labels: { [helperLabel]: owner },
    User: "0:0",
    OpenStdin: true,
    StdinOnce: true,
    AttachStdin: true,
    AttachStdout: true,
    AttachStderr: true,
    HostConfig: {
      NetworkMode: "host",
      PidMode: "host",
      UsernsMode: "host",
      AutoRemove: true,
      ReadonlyRootfs: true,
      LogConfig: { Type: "none" },
      CapDrop: ["ALL"],
      // Entering namespaces takes SYS_ADMIN, SYS_CHROOT and SYS_PTRACE (/proc/PID/ns), ending processes takes KILL; the
      // rest is networking itself.
      CapAdd: ["NET_ADMIN", "NET_RAW", "SYS_ADMIN", "SYS_CHROOT", "SYS_PTRACE", "KILL"],
      SecurityOpt: ["apparmor=unconfined", "seccomp=unconfined", "label=disable"],
    },
  };
}

async function removeHelpers(client: EngineClient, owner: string): Promise<void> {
  const filters = { label: [`${helperLabel}=${owner}`] };
  const helpers: { readonly Id: string }[] = await client.call("GET", "/containers/json", {
    query: { all: true, filters },
  });
  for (const { Id: id } of helpers) await remove(client, id);
}

async function remove(client: EngineClient, container: string): Promise<void> {
  try {
    await client.call("DELETE", `/containers/${container}`, { query: { force: true } });
  } catch (error) {
    // NotFound: there is none. Conflict: it is being removed already.
    if (!(error instanceof DriverError) || !["NotFound", "Conflict"].includes(error.reason)) throw error;
  }
}
