import { type ChildProcess, execFile, execFileSync, spawn } from "node:child_process";
import { once } from "node:events";
import { readlinkSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import type { ProbeCommand } from "./probe-program.ts";

const answerMs = 5000;
/** How long nothing has to come for a packet to count as dropped. */
const silenceMs = 250;

/** A network namespace with nothing in it, held by a process, and a probe that talks from inside it. */
export class Sandbox {
  readonly pid: number;
  readonly #holder: ChildProcess;
  #probe: ChildProcess | undefined;
  #commands = 0;
  readonly #waiting = new Map<number, (result: string) => void>();

  private constructor(holder: ChildProcess) {
    this.#holder = holder;
    this.pid = holder.pid!;
  }

  /** `flags`: further namespaces for it, as `unshare` names them. */
  static async start(...flags: readonly string[]): Promise<Sandbox> {
    const holder = spawn("unshare", ["--net", ...flags, "sleep", "infinity"], { stdio: "ignore" });
    await once(holder, "spawn");
    const sandbox = new Sandbox(holder);
    const own = readlinkSync("/proc/self/ns/net");
    while (sandbox.#namespace() === own) await new Promise((resolve) => setTimeout(resolve, 2));
    return sandbox;
  }

  /** Ends the namespace with everything in it. */
  async end(): Promise<void> {
    for (const child of [this.#probe, this.#holder]) {
      if (child === undefined || child.exitCode !== null || child.signalCode !== null) continue;
      child.kill("SIGKILL");
      await once(child, "exit");
    }
  }

  /** Runs a program inside and returns what it wrote. Throws when it fails. */
  run(...command: readonly string[]): string {
    return execFileSync("nsenter", ["-t", String(this.pid), "-n", ...command], { encoding: "utf8", stdio: "pipe" });
  }

  /** The same while this process goes on serving. */
  async runInBackground(...command: readonly string[]): Promise<string> {
    const { stdout } = await promisify(execFile)("nsenter", ["-t", String(this.pid), "-n", ...command]);
    return stdout;
  }

  listen(port: number, address?: string): Promise<string> {
    return this.tell({ op: "listen", port, ...(address ? { address } : {}) });
  }

  /** `from ADDRESS` (at which the server sees the client), an error's code, or `timeout`. */
  async reach(protocol: "tcp" | "udp", address: string, port: number): Promise<string> {
    return this.tell({ op: protocol, address, port, timeoutMs: answerMs });
  }

  /** The same for what is expected to be dropped: gives up soon. */
  async tryToReach(protocol: "tcp" | "udp", address: string, port: number): Promise<string> {
    return this.tell({ op: protocol, address, port, timeoutMs: silenceMs });
  }

  tell(command: ProbeCommand): Promise<string> {
    this.#probe ??= this.#startProbe();
    const id = this.#commands++;
    this.#probe.stdin!.write(`${JSON.stringify({ id, ...command })}\n`);
    return new Promise((resolve) => this.#waiting.set(id, resolve));
  }

  #startProbe(): ChildProcess {
    const program = join(import.meta.dirname, "probe-program.ts");
    const probe = spawn("nsenter", ["-t", String(this.pid), "-n", process.execPath, program], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    createInterface({ input: probe.stdout! }).on("line", (line) => {
      const { id, result } = JSON.parse(line) as { id: number; result: string };
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
    });
    probe.on("exit", () => {
      this.#probe = undefined;
      for (const resolve of this.#waiting.values()) resolve("the probe has ended");
      this.#waiting.clear();
    });
    return probe;
  }

  #namespace(): string {
    return readlinkSync(`/proc/${this.pid}/ns/net`);
  }
}

/** Why tests with real packets cannot run here, or undefined. */
export function whyNoPackets(): string | undefined {
  if (process.platform !== "linux") return "needs Linux";
  if (process.getuid?.() !== 0) return "needs root, to make network namespaces";
  for (const tool of ["ip", "bridge", "nft", "nsenter", "unshare"]) {
    try {
      execFileSync("sh", ["-c", `command -v ${tool}`], { stdio: "ignore" });
    } catch {
      return `needs the program ${tool}`;
    }
  }
  try {
    execFileSync("unshare", ["--net", "true"], { stdio: "ignore" });
  } catch {
    return "may not make network namespaces here";
  }
  return undefined;
}
