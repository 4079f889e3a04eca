import { execFile, execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { promisify } from "node:util";
import { TestProcess } from "../../support/test-process.ts";
import { until } from "../../support/until.ts";
import { within } from "../../support/within.ts";
import type { ProbeCommand } from "./probe-program.ts";

/** Longer than any machine takes. */
export const answerMs = 60_000;
/** How long nothing has to come for a packet to count as dropped. */
const silenceMs = 250;

/** A network namespace with nothing in it, held by a process, and a probe that talks from inside it. */
export class Sandbox {
  readonly pid: number;
  readonly #holder: TestProcess;
  #probe: TestProcess | undefined;
  #commands = 0;
  readonly #waiting = new Map<number, (result: string) => void>();

  private constructor(holder: TestProcess) {
    this.#holder = holder;
    this.pid = holder.pid;
  }

  /** `flags`: further namespaces for it, as `unshare` names them. */
  static async start(...flags: readonly string[]): Promise<Sandbox> {
    const holder = new TestProcess("unshare", ["--net", ...flags, "sleep", "infinity"], { stdio: "ignore" });
    const sandbox = new Sandbox(holder);
    // Not as soon as it has a namespace of its own: until it is `sleep`, mounts of its own would be its parent's too.
    const look = () => (holder.hasEnded ? "ended" : readFileSync(`/proc/${holder.pid}/comm`, "utf8").trim());
    const seen = await until("a sandbox", look, (comm) => ["sleep", "ended"].includes(comm), { everyMs: 2 });
    if (seen === "ended") throw new Error(`The sandbox has ended: ${JSON.stringify(await holder.ended())}`);
    return sandbox;
  }

  /** Ends the namespace with everything in it. */
  async end(): Promise<void> {
    for (const process of [this.#probe, this.#holder]) await process?.end("SIGKILL");
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
    this.#probe.child.stdin!.write(`${JSON.stringify({ id, ...command })}\n`);
    const answered = new Promise<string>((resolve) => this.#waiting.set(id, resolve));
    return within(`the probe's answer to ${JSON.stringify(command)}`, answered);
  }

  #startProbe(): TestProcess {
    const program = join(import.meta.dirname, "probe-program.ts");
    const probe = new TestProcess("nsenter", ["-t", String(this.pid), "-n", process.execPath, program], {
      stdio: ["pipe", "pipe", "inherit"],
    });
    createInterface({ input: probe.child.stdout! }).on("line", (line) => {
      const { id, result } = JSON.parse(line) as { id: number; result: string };
      this.#waiting.get(id)?.(result);
      this.#waiting.delete(id);
    });
    probe.child.on("exit", () => {
      this.#probe = undefined;
      for (const resolve of this.#waiting.values()) resolve("the probe has ended");
      this.#waiting.clear();
    });
    return probe;
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
