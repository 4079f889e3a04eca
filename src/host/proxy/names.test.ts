import assert from "node:assert/strict";
import { test } from "node:test";
import { groupOf, nodeOf } from "../../../test/contracts/load-balancer/nodes.ts";
import { serverNames, withAddresses } from "./names.ts";

const ip = { targetKey: "10.1.0.11:80", address: "10.1.0.11", port: 80, draining: false };
const instance = { targetKey: "i-1:80", port: 80, draining: false };

test("targets without an address get the host's; what has one stays as it is", () => {
  const node = nodeOf({ targetGroups: [groupOf("ips", [ip]), groupOf("mixed", [instance, ip])] });
  const placed = { ...instance, address: "169.254.172.1" };
  assert.deepEqual(withAddresses(node, "169.254.172.1"), {
    ...node,
    targetGroups: [groupOf("ips", [ip]), groupOf("mixed", [placed, ip])],
  });
});

test("a target at another address is another server, also when the host's address has changed", () => {
  const names = ["169.254.172.1", "169.254.172.2", "169.254.172.1"].map((address) =>
    serverNames({ ...instance, address }),
  );
  assert.notDeepEqual(names[0], names[1]);
  assert.deepEqual(names[0], names[2]);
});
