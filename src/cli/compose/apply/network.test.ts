import assert from "node:assert/strict";
import { test } from "node:test";
import { type Client, ServiceError } from "../../client.ts";
import { ensureGroups } from "./network.ts";

test("a group whose maker was ended before its rules gets them the next time", async () => {
  const rules = new Set<string>(["egress 0.0.0.0/0"]);
  let [isMade, isKilled] = [false, true];
  const ec2: Client["ec2"] = async (operation, parameters) => {
    const peer = parameters["IpPermissions.1.Groups.1.GroupId"] ?? parameters["IpPermissions.1.IpRanges.1.CidrIp"];
    const rule = `${operation.endsWith("Egress") ? "egress" : "ingress"} ${peer}`;
    if (operation === "DescribeSecurityGroups") return isMade ? "<groupId>sg-1</groupId>" : "";
    if (operation === "CreateSecurityGroup") isMade = true;
    else if (isKilled) throw new Error("killed");
    else if (operation.startsWith("Authorize")) {
      if (rules.has(rule)) throw new ServiceError("InvalidPermission.Duplicate", "");
      rules.add(rule);
    } else if (!rules.delete(rule)) throw new ServiceError("InvalidPermission.NotFound", "");
    return "<groupId>sg-1</groupId>";
  };
  const ensure = () =>
    ensureGroups({ ec2 } as Partial<Client> as Client, "p", "vpc-1", [{ name: "n", internal: true }]);
  await assert.rejects(ensure(), { message: "killed" });
  isKilled = false;
  for (let i = 0; i < 2; i++) {
    assert.deepEqual([...(await ensure())], [["n", "sg-1"]]);
    assert.deepEqual([...rules].sort(), ["egress sg-1", "ingress sg-1"]);
  }
});
