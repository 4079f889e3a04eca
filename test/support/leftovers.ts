import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { namesOf } from "#host/network/names.ts";
import type { EngineClient } from "#host/runtime/docker/client.ts";
import { label } from "#host/runtime/docker/names.ts";

/** All that a platform has on this machine, by kind and name, as the engine and the kernel tell it. */
export async function leftoversOf(platformId: string, engine: EngineClient): Promise<string[]> {
  const owner = `estiva-${platformId}`;
  const names = namesOf(platformId);
  const owned = { filters: { label: [`${label.owner}=${owner}`] } };
  const containers: { Names: string[] }[] = await engine.call("GET", "/containers/json", {
    query: { all: true, ...owned },
  });
  const { Volumes }: { Volumes: { Name: string }[] | null } = await engine.call("GET", "/volumes", { query: owned });
  const links = run("ip", "-o", "link").flatMap((line) => /^\d+: ([^:@]+)/.exec(line)?.[1] ?? []);
  const namespaces = run("ip", "netns", "list").flatMap((line) => line.split(" ")[0] || []);
  const tables = run("nft", "list", "tables");
  const rules = hasIptables() ? run("iptables", "-w", "-S") : [];
  return [
    ...containers.map(({ Names }) => `container ${Names[0]}`),
    ...(Volumes ?? []).map(({ Name }) => `volume ${Name}`),
    ...links
      .filter((name) => name === names.serviceBridge || name.startsWith(names.linkPrefix))
      .map((name) => `link ${name}`),
    ...namespaces.filter((name) => name.startsWith(names.namespacePrefix)).map((name) => `namespace ${name}`),
    ...tables.filter((line) => line.includes(names.hostTable)).map((line) => `nft ${line}`),
    ...rules.filter((line) => line.includes(names.linkPrefix)).map((line) => `iptables ${line}`),
    ...cgroupsOf(owner),
  ];
}

function hasIptables(): boolean {
  return spawnSync("iptables", ["--version"]).status === 0;
}

function run(program: string, ...words: string[]): string[] {
  return execFileSync(program, words, { encoding: "utf8" }).trim().split("\n");
}

function cgroupsOf(owner: string): string[] {
  const mounts = readFileSync("/proc/mounts", "utf8");
  const folders = [...mounts.matchAll(/^\S+ (\S+) cgroup2? /gm)].map(([, path]) => join(path!, "estiva", owner));
  return folders
    .filter((folder) => existsSync(folder))
    .map((folder) => {
      const groups = readdirSync(folder, { withFileTypes: true }).filter((entry) => entry.isDirectory());
      return `control group ${folder} (${groups.length} in it)`;
    });
}
