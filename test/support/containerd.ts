import { spawn } from "node:child_process";
import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { createInterface } from "node:readline";

/** A containerd of one's own; nothing of it lies outside its folder. */
export interface TestContainerd {
  /** What `ctr` needs to reach it. */
  readonly address: readonly ["--address", string];
  close(): Promise<void>;
}

/** Starts containerd, as root, in a folder. Rejects with its last words when it ends instead of serving. */
export async function startContainerd(dir: string): Promise<TestContainerd> {
  const path = (name: string) => JSON.stringify(join(dir, name));
  const config = [
    "version = 2",
    `root = ${path("root")}`,
    `state = ${path("state")}`,
    // What serves Kubernetes, and what makes a folder outside of this one.
    'disabled_plugins = ["io.containerd.grpc.v1.cri", "io.containerd.internal.v1.opt"]',
    `[grpc]\naddress = ${path("socket")}`,
  ];
  await mkdir(dir, { recursive: true });
  await writeFile(join(dir, "config.toml"), config.join("\n"));
  const child = spawn("containerd", ["--config", join(dir, "config.toml")], { stdio: ["ignore", "ignore", "pipe"] });
  const ended = new Promise<void>((resolve) => child.once("close", () => resolve()));
  const lines = createInterface({ input: child.stderr });
  let last = "";
  const served = new Promise<boolean>((resolve) => {
    lines.on("line", (line) => {
      last = line;
      // Of the two sockets that it opens, the one that is named here comes last.
      if (line.includes("successfully booted")) resolve(true);
    });
    void ended.then(() => resolve(false));
    child.once("error", (error) => {
      last = String(error);
      resolve(false);
    });
  });
  if (!(await served)) throw new Error(`containerd has not started: ${last}`);
  return {
    address: ["--address", join(dir, "socket")],
    async close() {
      child.kill();
      await ended;
    },
  };
}
