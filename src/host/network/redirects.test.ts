import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { whyNoPackets } from "../../../test/contracts/network/sandbox.ts";
import { interfaceOf, oneVpc, port, useWorld } from "../../../test/contracts/network/world.ts";
import { redirectTable } from "./sandbox-rules.ts";

const [a, b] = ["10.1.0.10", "10.1.0.11"] as const;
const name = "127.130.1.2";
/** Nobody but the proxy listens there. */
const bound = 8081;

describe("connections that go elsewhere in their sandbox", { skip: whyNoPackets() ?? false }, () => {
  const world = useWorld();
  before(() => world.network.apply(oneVpc([a, b].map((address) => interfaceOf(address)))));
  after(() => world.clear());

  test("what connects to a loopback address inside goes to the proxy", async () => {
    const [one, two] = [await world.task(a), await world.task(b)];
    await one.listen(bound, name);
    assert.equal(await one.reach("tcp", name, bound + 1), "ECONNREFUSED");
    await world.network.redirect(one, [{ address: name, port: bound + 1, toPort: bound }]);
    assert.equal(await one.reach("tcp", name, bound + 1), "from 127.0.0.1");
    // What the container serves elsewhere stays its own, and nobody outside comes to the proxy.
    assert.equal(await one.reach("tcp", "127.0.0.1", port), "from 127.0.0.1");
    assert.equal(await two.reach("tcp", a, bound + 1), "ECONNREFUSED");
    // What is not said again is no longer so; a network after a restart says it as well.
    await world.open().redirect(one, []);
    assert.equal(await one.reach("tcp", name, bound + 1), "ECONNREFUSED");
  });

  test("what comes in over the interface goes to the proxy, what connects inside does not", async () => {
    const [one, two] = [await world.task(a), await world.task(b)];
    await one.listen(9090, "0.0.0.0");
    const redirect = { port: 9091, toPort: 9090 };
    await world.network.redirect(one, [redirect]);
    await world.network.redirect(one, [redirect]);
    assert.equal(await two.reach("tcp", a, 9091), `from ${b}`);
    assert.equal(await one.reach("tcp", "127.0.0.1", 9091), "ECONNREFUSED");
  });

  test("a sandbox that has ended is told", async () => {
    const gone = { pid: 2 ** 22 + 1 }; // more than there are
    await assert.rejects(world.network.redirect(gone, []), { name: "DriverError", reason: "NotFound" });
  });
});

test("what cannot be redirected is refused", () => {
  const wrong = [
    { address: "10.0.0.1; flush ruleset", port: 1, toPort: 2 },
    { address: "10.0.0.1", port: 1, toPort: 2 },
    { port: 0, toPort: 2 },
    { port: 1, toPort: 65_536 },
  ];
  for (const each of wrong) {
    assert.throws(() => redirectTable([each]), { name: "DriverError", reason: "InvalidSpec" });
  }
});
