import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { TestProcess } from "./test-process.ts";

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
  const containerd = new TestProcess("containerd", ["--config", join(dir, "config.toml")], {
    stdio: ["ignore", "ignore", "pipe"],
  });
  // Of the two sockets that it opens, the one that is named with this comes last.
  await containerd.shows("successfully booted", "err");
  return {
    address: ["--address", join(dir, "socket")],
    async close() {
      await containerd.end("SIGTERM");
    },
  };
}
