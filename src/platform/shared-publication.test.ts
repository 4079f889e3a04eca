import assert from "node:assert/strict";
import { test } from "node:test";
import type { HostNamesSpec } from "#kernel/agent-protocol.ts";
import { mergeNames, SharedPublication } from "./shared-publication.ts";

const spec = (vpcId: string, name: string): HostNamesSpec => ({
  vpcs: [{ vpcId, zones: [{ name, negativeTtlSeconds: 1, sets: [] }] }],
});

test("names of several services are published together, by VPC, once all that have some have told them", () => {
  const published: string[] = [];
  const names = new SharedPublication(mergeNames, ({ vpcs }) =>
    published.push(vpcs.map(({ vpcId, zones }) => `${vpcId} ${zones.map(({ name }) => name)}`).join("; ")),
  );
  const one = names.part(() => true);
  const two = names.part(() => true);
  const three = names.part(() => false);
  one(spec("vpc-1", "a"));
  assert.deepEqual(published, []);
  two(spec("vpc-1", "b"));
  three(spec("vpc-2", "c"));
  two({ vpcs: [] });
  assert.deepEqual(published, ["vpc-1 a,b", "vpc-1 a,b; vpc-2 c", "vpc-1 a; vpc-2 c"]);
});
