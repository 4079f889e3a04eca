import assert from "node:assert/strict";
import { test } from "node:test";
import type { Given } from "../runtime-driver.ts";
import { containerSpec, rejectsWith, sandboxSpec, start } from "./fixture.ts";

export function sandboxContract({ fixture, driver }: Given): void {
  test("a sandbox runs, is listed under its name, and is gone when removed", async () => {
    const spec = sandboxSpec("sandbox-life", { resources: { cpuUnits: 256, memoryMiB: 64 } });
    const sandbox = await driver().createSandbox(spec);
    assert.ok(sandbox.pid > 0);
    const listed = (await driver().listSandboxes()).find(({ name }) => name === spec.name);
    assert.deepEqual(
      { id: listed?.id, pid: listed?.pid, running: listed?.running, containers: listed?.containers },
      { id: sandbox.id, pid: sandbox.pid, running: true, containers: [] },
    );
    await driver().removeSandbox(sandbox.id);
    await driver().removeSandbox(sandbox.id);
    assert.ok(!(await driver().listSandboxes()).some(({ name }) => name === spec.name));
  });

  test("a sandbox on the engine's bridge has its address, others have none", async () => {
    for (const network of ["isolated", "bridge", "host", "none"] as const) {
      const sandbox = await driver().createSandbox(sandboxSpec(`sandbox-${network}`, { network }));
      const listed = (await driver().listSandboxes()).find(({ id }) => id === sandbox.id);
      assert.match(String(sandbox.address), network === "bridge" ? /^\d+(\.\d+){3}$/ : /^undefined$/, network);
      assert.equal(listed?.address, sandbox.address);
      await driver().removeSandbox(sandbox.id);
    }
  });

  test("a range of ports gets ports of the host in a row, of several at once each its own", async () => {
    const range = (containerPort: number, count: number) =>
      ({ containerPort, count, hostPort: 0, protocol: "tcp", hostIp: "" }) as const;
    const specs = [
      sandboxSpec("sandbox-range", { network: "bridge", portMappings: [range(80, 4), range(443, 2)] }),
      sandboxSpec("sandbox-other-range", { network: "bridge", portMappings: [range(80, 4)] }),
    ];
    const made = await Promise.all(specs.map((spec) => driver().createSandbox(spec)));
    const ports = made.map((sandbox) => {
      const own = sandbox.ports.filter(({ hostIp }) => !hostIp.includes(":"));
      return own.toSorted((a, b) => a.containerPort - b.containerPort);
    });
    const containerPorts = ports.map((own) => own.map(({ containerPort }) => containerPort));
    assert.deepEqual(containerPorts, [
      [80, 81, 82, 83, 443, 444],
      [80, 81, 82, 83],
    ]);
    const hostPorts = ports.flat().map(({ hostPort }) => hostPort);
    assert.equal(new Set(hostPorts).size, 10);
    for (const [at, count] of [
      [0, 4],
      [4, 2],
      [6, 4],
    ] as const) {
      // biome-ignore format: a table
      const expected = Array.from({ length: count }, (_, i) => hostPorts[at]! + i);
      assert.deepEqual(hostPorts.slice(at, at + count), expected);
    }
    const again = await driver().createSandbox(specs[0]!);
    assert.deepEqual(again.ports, made[0]!.ports);
    const tooMany = sandboxSpec("sandbox-too-many", { network: "bridge", portMappings: [range(1, 65_535)] });
    const error = await rejectsWith(driver().createSandbox(tooMany), "PortsUnavailable");
    assert.equal(error.message, "65535 contiguous host ports are unavailable");
    for (const { id } of made) await driver().removeSandbox(id);
  });

  test("a port of the host that another sandbox has is refused, and given again once that has ended", async () => {
    // Several runs may share an engine.
    const hostPort = 20_000 + (process.pid % 10_000);
    const port = { containerPort: 80, hostPort, hostIp: "" };
    const tcp = { network: "bridge", portMappings: [{ ...port, protocol: "tcp" }] } as const;
    const udp = { network: "bridge", portMappings: [{ ...port, protocol: "udp" }] } as const;
    const made = await driver().createSandbox(sandboxSpec("sandbox-port", tcp));
    const beside = await driver().createSandbox(sandboxSpec("sandbox-udp-port", udp));
    const other = sandboxSpec("sandbox-same-port", tcp);
    await rejectsWith(driver().createSandbox(other), "PortInUse");
    // Its ports are free when it has ended, whatever is still there of its containers.
    await driver().stopSandbox(made.id);
    const { id, ports } = await driver().createSandbox(other);
    assert.equal(ports[0]!.hostPort, hostPort);
    const listed = (await driver().listSandboxes()).find((each) => each.id === made.id);
    assert.deepEqual([listed?.running, listed?.ports], [false, []]);
    for (const each of [made.id, id, beside.id]) {
      await driver().removeSandbox(each);
      await driver().stopSandbox(each);
    }
  });

  test("making a sandbox again finds the first one, also for a new driver", async () => {
    const spec = sandboxSpec("sandbox-again", { hostname: "one" });
    const first = await driver().createSandbox(spec);
    const other = fixture.open();
    assert.equal((await other.createSandbox(spec)).id, first.id);
    await rejectsWith(other.createSandbox({ ...spec, hostname: "two", sharePid: true, network: "none" }), "Conflict");
    await other.close();
    await driver().removeSandbox(first.id);
  });

  test("making one sandbox twice at once makes one", async () => {
    const spec = sandboxSpec("sandbox-race");
    const [a, b] = await Promise.all([driver().createSandbox(spec), driver().createSandbox(spec)]);
    assert.equal(a.id, b.id);
    await driver().removeSandbox(a.id);
  });

  test("names that could be mistaken for others are refused", async () => {
    for (const name of ["", "a.b", "-a", "a b", "../a"]) {
      await rejectsWith(driver().createSandbox(sandboxSpec(name)), "InvalidSpec");
    }
  });

  test("removing a sandbox ends its containers; a later driver sees nothing of them", async () => {
    const { sandboxId, containerId } = await start(
      driver(),
      "sandbox-members",
      containerSpec(fixture.containers.runsForever),
    );
    const other = fixture.open();
    const listed = (await other.listSandboxes()).find(({ id }) => id === sandboxId);
    assert.deepEqual(
      listed?.containers.map(({ id, state }) => ({ id, state })),
      [{ id: containerId, state: "running" }],
    );
    await other.removeSandbox(sandboxId);
    await rejectsWith(driver().inspectContainer(containerId), "NotFound");
    await other.close();
  });
}
