import { execFileSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseAddress } from "#host/runtime/docker/address.ts";
import { createEngineClient } from "#host/runtime/docker/client.ts";
import { systemClock } from "#kernel/clock.ts";
import { findProgram } from "#platform/setup.ts";
import { onInterruption } from "./interruption.ts";
import { TestProcess } from "./test-process.ts";
import { until } from "./until.ts";

/** Why a test cannot have a container engine of its own here, or undefined. */
export function whyNoPrivateEngine(): string | undefined {
  if (process.getuid?.() !== 0) return "only root can start an engine";
  const missing = ["dockerd", "containerd", "runc", "iptables", "ip"].filter((name) => findProgram(name) === undefined);
  return missing.length > 0 ? `programs are missing: ${missing.join(" ")}` : undefined;
}

/**
 * A second container engine, which a test may stop and start. It has a network namespace of its own: an engine removes
 * what it takes for leftovers of its networks, and those of this machine's own engine look the same.
 */
export class PrivateEngine {
  readonly #folder = mkdtempSync(join(tmpdir(), "estiva-engine-"));
  readonly #namespace = `estiva-test-${randomBytes(4).toString("hex")}`;
  readonly #bridge: boolean;
  readonly #forget: () => void;
  #process: TestProcess | undefined;

  /** With `bridge` it has a default network, without a way out of its namespace. */
  constructor({ bridge = false } = {}) {
    this.#bridge = bridge;
    execFileSync("ip", ["netns", "add", this.#namespace]);
    execFileSync("ip", ["-n", this.#namespace, "link", "set", "lo", "up"]);
    this.#forget = onInterruption(() => this.remove());
  }

  /** For DOCKER_HOST. */
  get url(): string {
    return `unix://${join(this.#folder, "docker.sock")}`;
  }

  async start(): Promise<void> {
    const log = openSync(join(this.#folder, "dockerd.log"), "a", 0o600);
    const own = (name: string) => join(this.#folder, name);
    const folders = ["--data-root", own("data"), "--exec-root", own("exec"), "--pidfile", own("dockerd.pid")];
    const bridge = this.#bridge ? [] : ["--bridge", "none"];
    const network = [...bridge, "--iptables=false", "--ip-forward=false", "--ip-masq=false"];
    // `ip netns exec` would hide the control groups: nsenter changes nothing but the network.
    const program = [`--net=/run/netns/${this.#namespace}`, "dockerd", "--host", this.url, ...folders, ...network];
    const engine = new TestProcess("nsenter", program, { stdio: ["ignore", log, log] });
    this.#process = engine;
    closeSync(log);
    const client = createEngineClient(parseAddress(this.url), systemClock({ keepAlive: true }));
    try {
      const look = () =>
        client.call("GET", "/version").then(
          () => "answers",
          () => readFileSync(own("dockerd.log"), "utf8").slice(-2000),
        );
      const seen = await until("the engine", look, (found) => found === "answers" || engine.hasEnded);
      if (seen !== "answers") throw new Error(`The engine has ended: ${seen}`);
    } finally {
      client.close();
    }
  }

  /** Its containers end with it. */
  async stop(): Promise<void> {
    await this.#process!.end("SIGTERM");
  }

  async remove(): Promise<void> {
    if (this.#process) await this.stop();
    // What watches over a container is left behind when the engine ends while the container is being removed.
    for (const id of processesWith(`${this.#folder}/exec/`)) endNow(id);
    execFileSync("ip", ["netns", "del", this.#namespace]);
    // A swarm leaves its network namespace mounted.
    for (const [, place] of readFileSync("/proc/mounts", "utf8").matchAll(/^\S+ (\S+)/gm)) {
      if (place!.startsWith(`${this.#folder}/`)) execFileSync("umount", [place!]);
    }
    rmSync(this.#folder, { recursive: true, force: true });
    this.#forget();
  }
}

function endNow(id: number): void {
  try {
    process.kill(id, "SIGKILL");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ESRCH") throw error;
  }
}

/** The ids of the processes that have the text in their command line. */
function processesWith(text: string): number[] {
  const commandOf = (id: string): string => {
    try {
      return readFileSync(`/proc/${id}/cmdline`, "utf8");
    } catch {
      return ""; // it has ended
    }
  };
  const ids = readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  return ids.filter((id) => commandOf(id).includes(text)).map(Number);
}
