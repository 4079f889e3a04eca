import assert from "node:assert/strict";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { after, test } from "node:test";
import { counterFiles, readCounters } from "./cgroup-counters.ts";

const id = "9311fe53b957326894fd2e7204dc6058d85d0b3461e36f607f73dcd689140503";
const root = mkdtempSync(join(tmpdir(), "estiva-cgroup-"));
after(() => rmSync(root, { recursive: true }));

function tree(files: Readonly<Record<string, string>>): void {
  for (const [path, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, path)), { recursive: true });
    writeFileSync(join(root, path), text);
  }
}

test("version 1: each controller has a tree, and the group of the container may be anywhere in it", () => {
  const group = `/estiva/o/a1/${id}`;
  tree({
    [`cpu,cpuacct${group}/cpuacct.usage`]: "25787063\n",
    [`memory${group}/memory.usage_in_bytes`]: "52428800\n",
    [`memory${group}/memory.stat`]: "cache 1\nshmem 1\ntotal_cache 12582912\ntotal_rss 39845888\ntotal_shmem 2097152\n",
    [`blkio${group}/blkio.throttle.io_service_bytes_recursive`]:
      "8:0 Read 4096\n8:0 Write 100\n8:0 Total 4196\n8:16 Read 1\n8:16 Write 2\nTotal 4199\n",
  });
  const roots = new Map(
    [
      ["cpu", "cpu,cpuacct"],
      ["cpuacct", "cpu,cpuacct"],
      ["memory", "memory"],
      ["blkio", "blkio"],
      ["unified", "unified"],
    ].map(([name, folder]) => [name!, join(root, folder!)]),
  );
  const proc = `9:name=systemd:${group}\n7:blkio:${group}\n4:memory:${group}\n2:cpu,cpuacct:${group}\n0::${group}\n`;
  const files = counterFiles(proc, id, roots)!;
  assert.deepEqual(readCounters(files), {
    cpuNanos: 25_787_063,
    memoryBytes: 41_943_040,
    readBytes: 4097,
    writeBytes: 102,
  });
  rmSync(join(root, `memory${group}`), { recursive: true });
  assert.equal(readCounters(files), undefined, "the container has ended");
});

test("version 2: one tree; the kernel without the controller of block devices", () => {
  const scope = `/estiva.slice/estiva-a1.slice/docker-${id}.scope`;
  tree({
    [`two${scope}/cpu.stat`]: "usage_usec 1500\nuser_usec 1000\nsystem_usec 500\n",
    [`two${scope}/memory.current`]: "52428800\n",
    [`two${scope}/memory.stat`]: "anon 41943040\nfile 8388608\ninactive_file 4194304\nactive_file 4194304\n",
  });
  const roots = new Map([["", join(root, "two")]]);
  const files = counterFiles(`0::${scope}\n`, id, roots)!;
  assert.deepEqual(readCounters(files), {
    cpuNanos: 1_500_000,
    memoryBytes: 48_234_496,
    readBytes: 0,
    writeBytes: 0,
  });
  tree({ [`two${scope}/io.stat`]: "8:0 rbytes=4096 wbytes=512 rios=1 wios=1\n8:16 rbytes=4 wbytes=0 rios=1 wios=0\n" });
  const { readBytes, writeBytes } = readCounters(files)!;
  assert.deepEqual([readBytes, writeBytes], [4100, 512]);
});

test("a process that is not the container's has no counters for it", () => {
  const roots = new Map([["", root]]);
  assert.equal(counterFiles("0::/user.slice/session-1.scope\n", id, roots), undefined);
  assert.equal(counterFiles("", id, roots), undefined);
});
