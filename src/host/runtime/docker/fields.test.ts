import assert from "node:assert/strict";
import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, describe, test } from "node:test";
import { containerSpec, EventLog, sandboxSpec } from "../../../../test/contracts/runtime/fixture.ts";
import { busyboxReference as image } from "../../../../test/images/busybox.ts";
import { type TestDocker, testDocker } from "../../../../test/images/docker.ts";
import { testEngine } from "../../../../test/images/engine.ts";
import { until } from "../../../../test/support/until.ts";
import type { ContainerSpec, SandboxSpec } from "../driver.ts";

/** Every field of a specification has its effect in the container. */

const engine = await testEngine();

describe("docker: specifications", { skip: "skip" in engine && engine.skip, concurrency: 4 }, () => {
  let docker: TestDocker;
  before(async () => {
    if ("socket" in engine) docker = await testDocker(engine.socket);
  });
  after(() => docker?.close());

  /** What a script prints in a container of its own sandbox. */
  async function run(
    name: string,
    script: string,
    changes: Partial<ContainerSpec> = {},
    sandboxChanges: Partial<SandboxSpec> = {},
  ): Promise<string> {
    const { driver } = docker;
    const sandbox = await driver.createSandbox(sandboxSpec(name, sandboxChanges));
    const spec = containerSpec({ image, command: ["sh", "-c", script] }, changes);
    const id = await driver.createContainer(sandbox.id, spec);
    await driver.startContainer(id);
    let text = "";
    for await (const batch of driver.readLogs(id, { follow: true, signal: new AbortController().signal })) {
      for (const record of batch) text += `${Buffer.from(record.message)}\n`;
    }
    await driver.removeSandbox(sandbox.id);
    return text.trim();
  }

  const cases: readonly (readonly [string, string, Partial<ContainerSpec>, string | RegExp, Partial<SandboxSpec>?])[] =
    [
      ["hostname", "hostname", {}, "ip-172-31-0-5"],
      ["environment", "echo $A", { environment: ["A=x=y"] }, "x=y"],
      ["workingDirectory", "pwd", { workingDirectory: "/tmp" }, "/tmp"],
      ["user", "id -u", { user: "nobody" }, "65534"],
      ["entrypoint", "", { entrypoint: ["echo", "entry"], command: ["point"] }, "entry point"],
      ["tty", "tty; echo two", { tty: true }, "/dev/pts/0\ntwo"],
      ["readonlyRootfs", "touch /x 2>/dev/null || echo refused", { readonlyRootfs: true }, "refused"],
      ["capDrop", "chown 1 /tmp 2>/dev/null || echo refused", { capDrop: ["CHOWN"] }, "refused"],
      ["capAdd", "ip link set lo mtu 1400 && echo made", { capAdd: ["NET_ADMIN"] }, "made"],
      [
        "memoryMiB",
        "cd /sys/fs/cgroup; cat memory/memory.limit_in_bytes memory.max 2>/dev/null",
        { memoryMiB: 48 },
        String(48 * 1024 * 1024),
      ],
      [
        "cpuUnits",
        "cat /sys/fs/cgroup/cpu/cpu.cfs_quota_us /sys/fs/cgroup/cpu.max 2>/dev/null",
        { cpuUnits: 512 },
        /^50000\b/,
      ],
      ["shmSizeMiB", "df -m /dev/shm | tail -1 | tr -s ' ' | cut -d' ' -f2", { shmSizeMiB: 7 }, "7"],
      ["ulimits", "ulimit -n; ulimit -Hn", { ulimits: [{ name: "nofile", soft: 100, hard: 200 }] }, "100\n200"],
      [
        "tmpfs",
        "df -m /scratch | tail -1 | tr -s ' ' | cut -d' ' -f2",
        { tmpfs: [{ path: "/scratch", options: "size=3m" }] },
        "3",
      ],
      ["pidMode private", "echo $$", { pidMode: "private" }, "1"],
      ["pidMode sandbox", "cat /proc/1/comm", { pidMode: "sandbox" }, "pause", { sharePid: true }],
      ["ipcMode sandbox", "echo ok", { ipcMode: "sandbox" }, "ok", { shareIpc: true }],
      [
        "devices",
        "head -c 3 /dev/mine | wc -c",
        { devices: [{ hostPath: "/dev/zero", containerPath: "/dev/mine", permissions: "r" }] },
        "3",
      ],
      [
        "sandbox sysctls",
        "cat /proc/sys/net/ipv4/ip_unprivileged_port_start",
        {},
        "81",
        { sysctls: { "net.ipv4.ip_unprivileged_port_start": "81" } },
      ],
      ["isolated network", "ls /sys/class/net", {}, "lo"],
      ["host network", "ls /proc/sys/net/ipv4/conf | wc -l", {}, /^\d+$/, { network: "host" }],
      ["bridge network", "ls /sys/class/net", {}, "eth0\nlo", { network: "bridge" }],
      ["disableNetworking", "ls /sys/class/net", { disableNetworking: true }, "lo", { network: "bridge" }],
    ];
  for (const [name, script, changes, expected, sandboxChanges] of cases) {
    test(name, async () => {
      const output = await run(`f-${name.replaceAll(" ", "-")}`, script, changes, sandboxChanges);
      if (typeof expected === "string") assert.equal(output, expected);
      else assert.match(output, expected);
    });
  }

  test("privileged", async (t) => {
    const [, bounding] = /^CapBnd:\s*(\w+)/m.exec(await readFile("/proc/self/status", "utf8")) ?? [];
    if (!/^0*1ffffffffff$/.test(bounding ?? "")) return t.skip("this machine withholds capabilities from everyone");
    assert.equal(
      await run("f-privileged", "mount -t tmpfs none /tmp && echo mounted", { privileged: true }),
      "mounted",
    );
  });

  test("mounts are there, read-only where told, and are taken over from other containers", async () => {
    const folder = await mkdtemp(join(tmpdir(), "estiva-test-"));
    await writeFile(join(folder, "hosts"), "10.0.0.1 me\n");
    const volume = `estiva-${docker.owner}`;
    await docker.driver.createVolume({ name: volume, labels: {} });
    const mounts: ContainerSpec["mounts"] = [
      { type: "bind", source: join(folder, "hosts"), target: "/etc/hosts", readOnly: true },
      { type: "bind", source: join(folder, "made"), target: "/made", readOnly: false },
      { type: "volume", source: volume, target: "/data", readOnly: false },
    ];
    const script = "cat /etc/hosts; echo x >/etc/hosts || echo refused; echo kept >/data/file; echo out >/made/file";
    assert.match(await run("f-mounts", `${script} 2>&1`, { mounts }), /^10\.0\.0\.1 me$.*^refused$/ms);
    assert.equal(await readFile(join(folder, "made/file"), "utf8"), "out\n");

    const { driver } = docker;
    const sandbox = await driver.createSandbox(sandboxSpec("f-volumes-from"));
    const owner = await driver.createContainer(sandbox.id, containerSpec({ image }, { name: "owner", mounts }));
    const volumesFrom = [{ containerId: owner, readOnly: true }];
    const reader = containerSpec({
      image,
      command: ["sh", "-c", "cat /data/file; touch /data/x 2>/dev/null || exit 9"],
    });
    const events = new EventLog(driver);
    const id = await driver.createContainer(sandbox.id, { ...reader, volumesFrom });
    await driver.startContainer(id);
    await events.of("exited", id);
    assert.equal((await driver.inspectContainer(id)).exitCode, 9);
    events.close();
    await driver.removeSandbox(sandbox.id);
    await driver.removeVolume(volume);
    await rm(folder, { recursive: true });
  });

  test("a published port reaches the container", async () => {
    const { driver } = docker;
    const portMappings = [{ containerPort: 8080, hostPort: 0, protocol: "tcp" as const, hostIp: "127.0.0.1" }];
    const sandbox = await driver.createSandbox(sandboxSpec("f-ports", { network: "bridge", portMappings }));
    const command = ["sh", "-c", "while :; do echo hello | nc -l -p 8080; done"];
    const id = await driver.createContainer(sandbox.id, containerSpec({ image, command }));
    await driver.startContainer(id);
    const [port] = sandbox.ports;
    assert.deepEqual({ ...port, hostPort: 0 }, portMappings[0]);
    assert.equal(await answerOf(port!.hostPort), "hello\n");
    await driver.removeSandbox(sandbox.id);
  });
});

/** What the server says; it may not listen yet. */
function answerOf(port: number): Promise<string> {
  const ask = () =>
    new Promise<string>((resolve) => {
      let received = "";
      const socket = connect(port, "127.0.0.1");
      socket.on("data", (data) => {
        received += data;
      });
      socket.on("error", () => resolve(""));
      socket.on("close", () => resolve(received));
    });
  return until(`an answer at port ${port}`, ask);
}
