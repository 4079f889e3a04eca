import assert from "node:assert/strict";
import { test } from "node:test";
import { cpuQuota, parseControllerRoots } from "./cgroup.ts";

test("a CPU limit is a share of the period, at most all cores and at least the kernel's least", () => {
  assert.equal(cpuQuota(256, 2), 25_000);
  assert.equal(cpuQuota(2048, 2), 200_000);
  assert.equal(cpuQuota(16_384, 2), 200_000);
  assert.equal(cpuQuota(1, 2), 1000);
});

test("the controllers are found where they are mounted", () => {
  const v1 = [
    "cgroup /sys/fs/cgroup/cpu,cpuacct cgroup rw,relatime,cpu,cpuacct 0 0",
    "cgroup /sys/fs/cgroup/memory cgroup rw,relatime,memory 0 0",
    "cgroup2 /sys/fs/cgroup/unified cgroup2 rw,relatime 0 0",
  ].join("\n");
  const roots = parseControllerRoots(v1, 1);
  assert.equal(roots.get("cpu"), "/sys/fs/cgroup/cpu,cpuacct");
  assert.equal(roots.get("memory"), "/sys/fs/cgroup/memory");
  assert.equal(roots.get("unified"), "/sys/fs/cgroup/unified");
  assert.equal(parseControllerRoots("cgroup2 /sys/fs/cgroup cgroup2 rw 0 0", 2).get(""), "/sys/fs/cgroup");
  assert.throws(() => parseControllerRoots("proc /proc proc rw 0 0", 2), /not mounted/);
});
