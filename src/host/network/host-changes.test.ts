import assert from "node:assert/strict";
import { after, describe, test } from "node:test";
import { machineAddress, worldAddress } from "../../../test/contracts/network/machine.ts";
import { whyNoPackets } from "../../../test/contracts/network/sandbox.ts";
import { interfaceOf, oneVpc, port, useWorld } from "../../../test/contracts/network/world.ts";
import { until } from "../../../test/support/until.ts";

const table = "inet estiva_packets";

describe("changes of the host by others, on real packets", { skip: whyNoPackets() ?? false }, () => {
  const world = useWorld();
  after(() => world.clear());

  test("rules that a firewall's start has removed are made again", async () => {
    const shell = world.machine.shell();
    await world.machine.host.listen(port);
    await world.machine.world.listen(port);
    await world.network.prepare();
    await world.network.apply(oneVpc([interfaceOf("10.1.0.10", "", { hasPublicIp: true })]));
    const task = await world.task("10.1.0.10");
    const answers = () =>
      Promise.all([worldAddress, machineAddress].map((address) => task.tryToReach("tcp", address, port)));
    const guarded = [`from ${machineAddress}`, "timeout"];
    assert.deepEqual(await answers(), guarded);
    for (const time of ["first", "second"]) {
      await shell.run(`nft delete table ${table}`);
      await until("the table", () => shell.run(`nft list table ${table} 2>/dev/null || :`));
      assert.deepEqual(await answers(), guarded, time);
    }
  });
});
