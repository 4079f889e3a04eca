/**
 * One pass over the control groups of 100 containers, as it is made once a minute: processor time beside that of only
 * reading the same files. Control groups of the kernel where they can be made (version 1, root), else files like them.
 */
import { mkdirSync, mkdtempSync, readFileSync, rmdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { type CounterFiles, counterFiles, readCounters } from "#host/runtime/docker/cgroup-counters.ts";
import { type Measurement, report } from "./report.ts";

const containers = 100;
const passes = 200;
const ids = Array.from({ length: containers }, (_, i) => i.toString(16).padStart(64, "b"));
const controllers = ["cpuacct", "memory", "blkio"];

interface Tree {
  readonly what: string;
  readonly files: readonly CounterFiles[];
  remove(): void;
}

function filesUnder(roots: ReadonlyMap<string, string>, group: string): CounterFiles[] {
  return ids.map((id) => {
    const text = controllers.map((name, i) => `${i + 1}:${name}:${group}/${id}`).join("\n");
    return counterFiles(text, id, roots)!;
  });
}

function kernelTree(): Tree | undefined {
  const roots = new Map(controllers.map((name) => [name, join("/sys/fs/cgroup", name)]));
  const group = `/estiva-bench-${process.pid}`;
  const folders = [...roots.values()].flatMap((root) => [join(root, group), ...ids.map((id) => join(root, group, id))]);
  const remove = () => {
    for (const folder of folders.toReversed()) rmdirSync(folder);
  };
  try {
    for (const folder of folders) mkdirSync(folder);
  } catch {
    return undefined; // not root, or version 2: the files are as many there, and as long
  }
  return { what: "control groups of the kernel", files: filesUnder(roots, group), remove };
}

function plainTree(): Tree {
  const root = mkdtempSync(join(tmpdir(), "estiva-bench-"));
  const roots = new Map(controllers.map((name) => [name, join(root, name)]));
  const files = filesUnder(roots, "/bench");
  const stat = Array.from({ length: 44 }, (_, i) => `total_counter_${i} ${i * 4096}`).join("\n");
  for (const each of files) {
    for (const path of pathsOf(each)) mkdirSync(dirname(path), { recursive: true });
    writeFileSync(each.cpu, "25787063\n");
    writeFileSync(each.memory, "327680\n");
    writeFileSync(each.memoryStat, `${stat}\ntotal_cache 4096\n`);
    writeFileSync(each.io, "8:0 Read 4096\n8:0 Write 100\nTotal 4196\n");
  }
  return { what: "plain files", files, remove: () => rmSync(root, { recursive: true }) };
}

const pathsOf = ({ cpu, memory, memoryStat, io }: CounterFiles) => [cpu, memory, memoryStat, io];

/** Processor time of one pass, in milliseconds: the least of many, which others disturb least. */
function leastOf(pass: () => void): number {
  let least = Number.POSITIVE_INFINITY;
  for (let i = 0; i < passes; i++) {
    const before = process.cpuUsage();
    pass();
    const { user, system } = process.cpuUsage(before);
    least = Math.min(least, (user + system) / 1000);
  }
  return least;
}

const tree = kernelTree() ?? plainTree();
try {
  const pass = leastOf(() => {
    for (const files of tree.files) readCounters(files);
  });
  const reading = leastOf(() => {
    for (const files of tree.files) for (const path of pathsOf(files)) readFileSync(path);
  });
  const measurements: Measurement[] = [
    { name: `one pass over ${containers} containers`, value: pass, unit: "ms", note: `processor time; ${tree.what}` },
    { name: "only reading the same files", value: reading, unit: "ms", note: "readFileSync" },
    { name: "a pass to the reading", value: pass / reading, unit: "x", goal: { atMost: 1.5 } },
  ];
  report("telemetry", measurements);
} finally {
  tree.remove();
}
