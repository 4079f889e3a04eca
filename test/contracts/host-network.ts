import assert from "node:assert/strict";
import { after, afterEach, before, describe, test } from "node:test";
import type { HostNetwork } from "#host/network/network.ts";
import type { HostNetworkSpec } from "#kernel/agent-protocol.ts";
import { DriverError } from "#kernel/fault.ts";
import { interfaceSpec, vpcSpec } from "./network/specs.ts";

export interface NetworkHarness {
  /** A network over what is on the host already, as after a restart of the platform. */
  open(): HostNetwork;
  /** A sandbox to plug in. */
  startSandbox(): Promise<{ readonly pid: number; end(): Promise<void> }>;
  close(): Promise<void>;
}

const first = interfaceSpec("10.1.0.10");
const second = interfaceSpec("10.1.1.10");
const spec: HostNetworkSpec = { vpcs: [vpcSpec(1, { interfaces: [first, second] }), vpcSpec(2)] };
const without: HostNetworkSpec = { vpcs: [vpcSpec(1, { interfaces: [second] }), vpcSpec(2)] };

/** What every implementation of `HostNetwork` does, without a look at packets. */
export function hostNetworkContract(
  name: string,
  start: () => Promise<NetworkHarness>,
  options: { readonly skip?: string | undefined } = {},
): void {
  describe(`host network contract: ${name}`, { skip: options.skip ?? false }, () => {
    let harness: NetworkHarness;
    let network: HostNetwork;
    const sandboxes: { end(): Promise<void> }[] = [];
    before(async () => {
      harness = await start();
      network = harness.open();
    });
    afterEach(async () => {
      await network.removeAll();
      for (const sandbox of sandboxes.splice(0)) await sandbox.end();
    });
    after(() => harness.close());

    const startSandbox = async () => {
      const sandbox = await harness.startSandbox();
      sandboxes.push(sandbox);
      return sandbox;
    };
    const attachedIds = async (of = network) =>
      (await of.attached()).map(({ networkInterfaceId }) => networkInterfaceId).sort();

    test("plugs in and out, and says what is plugged in", async () => {
      await network.apply(spec);
      assert.deepEqual(await attachedIds(), []);
      await network.attach(first.networkInterfaceId, await startSandbox());
      await network.attach(second.networkInterfaceId, await startSandbox());
      assert.deepEqual(await attachedIds(), [first.networkInterfaceId, second.networkInterfaceId]);
      await network.detach(first.networkInterfaceId);
      assert.deepEqual(await attachedIds(), [second.networkInterfaceId]);
    });

    test("does everything twice without harm", async () => {
      await network.apply(spec);
      await network.apply(structuredClone(spec));
      const sandbox = await startSandbox();
      await network.attach(first.networkInterfaceId, sandbox);
      await network.attach(first.networkInterfaceId, sandbox);
      assert.deepEqual(await attachedIds(), [first.networkInterfaceId]);
      await network.detach(first.networkInterfaceId);
      await network.detach(first.networkInterfaceId);
      await network.detach("eni-never-heard-of");
      assert.deepEqual(await attachedIds(), []);
    });

    test("moves an interface to another sandbox", async () => {
      await network.apply(spec);
      await network.attach(first.networkInterfaceId, await startSandbox());
      await network.attach(first.networkInterfaceId, await startSandbox());
      assert.deepEqual(await attachedIds(), [first.networkInterfaceId]);
    });

    test("takes many calls at once", async () => {
      const interfaces = Array.from({ length: 12 }, (_, i) => interfaceSpec(`10.1.0.${20 + i}`));
      const started = await Promise.all(interfaces.map(startSandbox));
      await Promise.all([
        network.apply({ vpcs: [vpcSpec(1, { interfaces })] }),
        ...interfaces.map((one, i) => network.attach(one.networkInterfaceId, started[i]!)),
      ]);
      assert.equal((await attachedIds()).length, 12);
      await Promise.all(interfaces.map((one) => network.detach(one.networkInterfaceId)));
      assert.deepEqual(await attachedIds(), []);
    });

    test("admits and dismisses tasks without an interface, twice without harm", async () => {
      await network.apply(spec);
      const inBridge = ["172.17.0.2", "172.17.0.2", "172.17.0.3"].map((address) => ({ address }));
      const onHost = [[], [80, 65_535, 80], [81]].map((ports) => ({ ports }));
      for (const place of [...inBridge, {}, ...onHost]) await network.admit("task", place);
      await network.admit("another", { ports: [81] });
      await network.dismiss("task");
      await network.dismiss("task");
      await network.dismiss("never-heard-of");
      await network.apply(spec);
    });

    test("refuses places that are none", async () => {
      for (const place of [{ address: "172.17.0.2; reboot" }, { ports: [80, 0] }, { ports: [65_536] }]) {
        await assert.rejects(network.admit("task", place), (error: DriverError) => error.reason === "InvalidSpec");
      }
    });

    test("says the host's address for its tasks", () => {
      assert.match(network.hostServiceAddress, /^169\.254\.172\.\d+$/);
    });

    test("refuses interfaces that it has not been told of, for now", async () => {
      const unknown = (error: unknown) =>
        error instanceof DriverError && error.reason === "NotFound" && error.retryable === true;
      await assert.rejects(network.attach(first.networkInterfaceId, { pid: 1 }), unknown);
      await network.apply(without);
      await assert.rejects(network.attach(first.networkInterfaceId, { pid: 1 }), unknown);
    });

    test("refuses a wrong description and keeps to the one before", async () => {
      await network.apply(spec);
      const wrong = { vpcs: [vpcSpec(1, { cidrs: ["10.1.0.0/16; reboot"] })] };
      await assert.rejects(network.apply(wrong), (error: DriverError) => error.reason === "InvalidSpec");
      await network.attach(first.networkInterfaceId, await startSandbox());
      assert.deepEqual(await attachedIds(), [first.networkInterfaceId]);
    });

    test("unplugs what is no longer described", async () => {
      await network.apply(spec);
      await network.attach(first.networkInterfaceId, await startSandbox());
      await network.attach(second.networkInterfaceId, await startSandbox());
      await network.apply(without);
      assert.deepEqual(await attachedIds(), [second.networkInterfaceId]);
      await network.apply({ vpcs: [vpcSpec(2)] });
      assert.deepEqual(await attachedIds(), []);
      await network.apply(spec);
      assert.deepEqual(await attachedIds(), []);
    });

    test("a restarted platform finds what is plugged in and goes on with it", async () => {
      await network.apply(spec);
      const sandbox = await startSandbox();
      await network.attach(first.networkInterfaceId, sandbox);
      network = harness.open();
      assert.deepEqual(await attachedIds(), [first.networkInterfaceId]);
      await network.apply(spec);
      await network.attach(first.networkInterfaceId, sandbox);
      assert.deepEqual(await attachedIds(), [first.networkInterfaceId]);
      network = harness.open();
      await network.detach(first.networkInterfaceId);
      assert.deepEqual(await attachedIds(), []);
    });

    test("gives the resolver's address: the base of the VPC plus two", async () => {
      await network.apply(spec);
      assert.equal(network.resolverAddress("vpc-2"), "10.2.0.2");
      assert.throws(() => network.resolverAddress("vpc-9"), DriverError);
    });

    test("removes everything, also when there is nothing", async () => {
      await network.apply(spec);
      await network.attach(first.networkInterfaceId, await startSandbox());
      await network.removeAll();
      await network.removeAll();
      assert.deepEqual(await attachedIds(harness.open()), []);
    });
  });
}
