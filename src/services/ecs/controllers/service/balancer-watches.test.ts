import assert from "node:assert/strict";
import { test } from "node:test";
import { Informer } from "#control/informer.ts";
import type { Collection } from "#kernel/store.ts";
import {
  listeners,
  loadBalancers,
  newTarget,
  rules,
  targetGroupArn,
  targetGroups,
  targetRecordKey,
} from "#services/elb/model.ts";
import { balanced } from "../../../../../test/support/balanced-world.ts";
import { at } from "../../../../../test/support/ecs-services.ts";
import { elbOperations as elb } from "../../../../../test/support/elb.ts";
import { serviceKey } from "../../model/service.ts";
import { balancerWatches } from "./balancer-watches.ts";

/** A target of a service behind a load balancer; `due`: whom the changes of a collection's records concern. */
async function watched() {
  const found = await balanced();
  const { store } = found.world;
  const group = [...store.view(targetGroups).all()].find(({ value }) => targetGroupArn(value) === found.blue)!.value;
  const target = newTarget(group, { id: "172.31.0.9", port: 80, registeredAt: 0, owner: serviceKey(at) });
  await store.commit({ put: [{ key: targetRecordKey(group, target), value: target }] });
  const recordsOf = (collection: Collection<unknown>) => [...store.view(collection).all()];
  const due = async (collection: Collection<never, never>, act: () => Promise<unknown>) => {
    const before = recordsOf(collection as never);
    await act();
    const after = recordsOf(collection as never);
    const keys = new Set<string>();
    const informed = balancerWatches.map((watch) => ({ watch, store, onDue: (key: string) => keys.add(key) }));
    const changes = [
      ...after.map((entry) => ({ type: "put", entry, previous: before.find(({ key }) => key === entry.key) })),
      ...before
        .filter(({ key }) => !after.some((each) => each.key === key))
        .map((previous) => ({ type: "remove", previous })),
    ];
    new Informer(informed).notice({ revision: 1, changes: changes as never });
    return [...keys].map((key) => key.split("/").at(-1));
  };
  return { ...found, due };
}

test("who sends to the targets of a service concerns it; how much does not", async () => {
  const { world, due, blue, green } = await watched();
  const { Listeners } = await world.call(elb, "DescribeListeners", {
    LoadBalancerArn: (await world.call(elb, "DescribeLoadBalancers", {})).LoadBalancers![0]!.LoadBalancerArn!,
  });
  const ListenerArn = Listeners![0]!.ListenerArn!;
  const rule = {
    ...{ ListenerArn, Priority: 1 },
    Conditions: [{ Field: "path-pattern", Values: ["/a"] }],
  };
  const forward = (groups: readonly [string, number][]) => [
    {
      Type: "forward" as const,
      ForwardConfig: { TargetGroups: groups.map(([TargetGroupArn, Weight]) => ({ TargetGroupArn, Weight })) },
    },
  ];
  let RuleArn = "";
  const make = async (groups: readonly [string, number][]) => {
    const { Rules } = await world.call(elb, "CreateRule", { ...rule, Actions: forward(groups) });
    RuleArn = Rules![0]!.RuleArn!;
  };
  const modify = (groups: readonly [string, number][]) =>
    world.call(elb, "ModifyRule", { RuleArn, Actions: forward(groups) });
  assert.deepEqual(await due(rules as never, () => make([[green, 1]])), []);
  assert.deepEqual(await due(rules as never, () => modify([[blue, 1]])), ["app"]);
  assert.deepEqual(await due(rules as never, () => modify([[blue, 5]])), []);
  assert.deepEqual(await due(rules as never, () => world.call(elb, "DeleteRule", { RuleArn })), ["app"]);
  assert.deepEqual(await due(listeners as never, () => world.call(elb, "DeleteListener", { ListenerArn })), ["app"]);
});

test("a load balancer's zones, and whether it sends across them, concern the services behind it", async () => {
  const { world, due, blue } = await watched();
  const [found] = (await world.call(elb, "DescribeLoadBalancers", {})).LoadBalancers!;
  const LoadBalancerArn = found!.LoadBalancerArn!;
  const Subnets = found!.AvailabilityZones!.map(({ SubnetId }) => SubnetId!).slice(1);
  const setSubnets = () => world.call(elb, "SetSubnets", { LoadBalancerArn, Subnets });
  assert.deepEqual(await due(loadBalancers as never, setSubnets), ["app"]);
  const addTags = () => world.call(elb, "AddTags", { ResourceArns: [LoadBalancerArn], Tags: [{ Key: "a" }] });
  assert.deepEqual(await due(loadBalancers as never, addTags), []);
  const Attributes = [{ Key: "load_balancing.cross_zone.enabled", Value: "false" }];
  const setAttributes = () => world.call(elb, "ModifyTargetGroupAttributes", { TargetGroupArn: blue, Attributes });
  assert.deepEqual(await due(targetGroups as never, setAttributes), ["app"]);
});
