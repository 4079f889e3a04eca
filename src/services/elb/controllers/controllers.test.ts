import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { TargetHealthReport } from "#kernel/load-balancing.ts";
import { networkInterfaces } from "#services/ec2/model.ts";
import { type ElbWorld, elbWorld, newListener, newLoadBalancer, newTargetGroup } from "../../../../test/support/elb.ts";
import { holdKey, holds, listeners, nodes, targetGroups, targetHealth } from "../model.ts";

async function running(target = "172.31.0.9") {
  const world = await elbWorld();
  const loadBalancer = await newLoadBalancer(world);
  const TargetGroupArn = await newTargetGroup(world);
  const listener = await newListener(world, loadBalancer, TargetGroupArn);
  await world.elb("RegisterTargets", { TargetGroupArn, Targets: [{ Id: target }] });
  await world.settle();
  return { world, loadBalancer, group: TargetGroupArn, listener };
}

const stateOf = async (world: ElbWorld) => (await world.elb("DescribeLoadBalancers", {})).LoadBalancers![0]!.State!;
const healthIn = async (world: ElbWorld, TargetGroupArn: string) =>
  (await world.elb("DescribeTargetHealth", { TargetGroupArn })).TargetHealthDescriptions!.map(({ TargetHealth }) =>
    `${TargetHealth!.State} ${TargetHealth!.Reason ?? ""}`.trim(),
  );

describe("nodes", () => {
  test("have a network interface in each subnet, as Elastic Load Balancing has them", async () => {
    const { world, loadBalancer } = await running();
    const enis = [...world.store.view(networkInterfaces).all()].map(({ value }) => value);
    const path = loadBalancer.split(":loadbalancer/")[1];
    assert.deepEqual(new Set(enis.map(({ subnetId }) => subnetId)), new Set(world.subnets));
    for (const eni of enis) {
      assert.deepEqual(
        [eni.description, eni.requesterManaged, eni.requesterId, eni.status, eni.securityGroupIds],
        [`ELB ${path}`, true, "amazon-elb", "in-use", [world.groupId]],
      );
      assert.ok(eni.association?.publicIp);
    }
    assert.equal((await stateOf(world)).Code, "provisioning");
    await world.follow();
    assert.deepEqual(await stateOf(world), { Code: "active" });
  });

  test("go when their load balancer does, and their interfaces after a while", async () => {
    const { world, loadBalancer } = await running();
    // All of its nodes know the target: what they said of it goes with them, at once.
    await world.follow("healthy");
    await world.elb("DeleteLoadBalancer", { LoadBalancerArn: loadBalancer });
    await world.settle();
    assert.deepEqual(world.published.at(-1), []);
    assert.equal([...world.store.view(networkInterfaces).all()].length, 3);
    await world.clock.advance(5000);
    await world.settle();
    assert.equal([...world.store.view(networkInterfaces).all()].length, 0);
    assert.equal([...world.store.view(nodes).all()].length, 0);
    const reports = [...world.store.view(targetHealth).all()].map(({ value }) => value.reports);
    assert.deepEqual(reports, [{}]);
  });
});

describe("publication", () => {
  test("tells what the nodes are to do", async () => {
    const { world, group, listener } = await running();
    const all = world.published.at(-1)!;
    assert.equal(all.length, 3);
    const [node] = all;
    assert.match(node!.nodeId, /^lb-[0-9a-f]{16}-[0-9a-f]+$/);
    assert.ok(node!.nodeId.length <= 60);
    const [spec] = node!.listeners;
    assert.deepEqual(
      [spec!.listenerArn, spec!.port, spec!.protocol, spec!.rules.map(({ actions }) => actions)],
      [listener, 80, "HTTP", [[{ type: "forward", targetGroups: [{ targetGroupArn: group, weight: 1 }] }]]],
    );
    assert.deepEqual(node!.targetGroups[0]!.targets, [
      { targetKey: "172.31.0.9:80", address: "172.31.0.9", port: 80, draining: false },
    ]);
    assert.deepEqual(node!.attributes.idleTimeoutSeconds, 60);
  });

  test("happens when something has changed, and only then", async () => {
    const { world, group } = await running();
    const count = world.published.length;
    await world.elb("AddTags", { ResourceArns: [group], Tags: [{ Key: "a", Value: "b" }] });
    await world.settle();
    assert.equal(world.published.length, count);
    await world.clock.advance(1);
    await world.elb("DeregisterTargets", { TargetGroupArn: group, Targets: [{ Id: "172.31.0.9" }] });
    await world.settle();
    assert.equal(world.published.at(-1)![0]!.targetGroups[0]!.targets[0]!.draining, true);
  });

  test("leaves out the targets of other zones where that is asked for", async () => {
    const { world, group } = await running();
    const Attributes = [{ Key: "load_balancing.cross_zone.enabled", Value: "false" }];
    await world.elb("ModifyTargetGroupAttributes", { TargetGroupArn: group, Attributes });
    await world.clock.advance(1);
    await world.settle();
    const counts = world.published.at(-1)!.map((node) => node.targetGroups[0]!.targets.length);
    assert.deepEqual(counts.toSorted(), [0, 0, 1]);
  });

  test("has requests wait where somebody asked for that", async () => {
    const { world, group } = await running();
    const [record] = [...world.store.view(targetGroups).all()];
    const { account, region } = record!.value;
    const key = holdKey(record!.value, "who asked");
    const value = { account, region, targetGroupArn: group, owner: "who asked", seconds: 60 };
    const held = async () => {
      await world.clock.advance(1);
      await world.settle();
      return world.published.at(-1)!.map((node) => node.targetGroups[0]!.holdSeconds);
    };
    await world.store.commit({ put: [{ key, value }] });
    assert.deepEqual(await held(), [60, 60, 60]);
    const { nodeId } = world.published.at(-1)![0]!;
    await world.parts.endpoint.publishHeldRequests({ nodeId, targetGroupArn: group });
    const said = world.store.view(holds).get(key)!;
    assert.equal(said.value.waitingSince, world.clock.now());
    await world.clock.advance(5000);
    await world.parts.endpoint.publishHeldRequests({ nodeId, targetGroupArn: group });
    assert.equal(world.store.view(holds).get(key)!.modRevision, said.modRevision, "it is told once");
    await world.store.commit({ remove: [key] });
    assert.deepEqual(await held(), [undefined, undefined, undefined]);
  });

  test("gives certificates with their keys", async () => {
    const { world, loadBalancer, group } = await running();
    const { CertificateArn } = await world.acm("RequestCertificate", { DomainName: "a.example" });
    const input = { Port: 443, Protocol: "HTTPS", Certificates: [{ CertificateArn: CertificateArn! }] } as const;
    await newListener(world, loadBalancer, group, input);
    await world.clock.advance(1);
    await world.settle();
    const https = world.published.at(-1)![0]!.listeners.find(({ port }) => port === 443)!;
    assert.equal(https.sslPolicy, "ELBSecurityPolicy-2016-08");
    const [certificate] = https.certificates;
    assert.deepEqual([certificate!.names, certificate!.certificateArn], [["a.example"], CertificateArn]);
    assert.match(certificate!.privateKey, /^-----BEGIN PRIVATE KEY-----/);
  });
});

describe("what nodes say", () => {
  test("makes targets healthy when all of them say so", async () => {
    const { world, group } = await running();
    await world.follow("healthy");
    assert.deepEqual(await healthIn(world, group), ["healthy"]);
    const [node] = world.published.at(-1)!;
    const target = { targetGroupArn: group, targetKey: "172.31.0.9:80", since: 1 } as const;
    const other = world.published.at(-1)!.at(-1)!;
    const say = (state: TargetHealthReport["state"], reason: string, { nodeId } = node!) =>
      world.parts.endpoint.publishTargetHealth({ nodeId, targets: [{ ...target, state, reason }] });
    await say("unhealthy", "Target.Timeout");
    assert.deepEqual(await healthIn(world, group), ["unhealthy Target.Timeout"]);
    await say("unhealthy.draining", "Target.FailedHealthChecks", other);
    assert.deepEqual(await healthIn(world, group), ["unhealthy.draining Target.FailedHealthChecks"]);
    await say("initial", "Elb.InitialHealthChecking");
    assert.deepEqual(await healthIn(world, group), ["initial Elb.InitialHealthChecking"]);
  });

  test("is waited for, of each node that sends to the target and works", async () => {
    const { world, group } = await running();
    await world.follow();
    const [node, ...others] = world.published.at(-1)!;
    const target = { targetGroupArn: group, targetKey: "172.31.0.9:80", since: 1, state: "healthy" } as const;
    await world.parts.endpoint.publishTargetHealth({ nodeId: node!.nodeId, targets: [target] });
    assert.deepEqual(await healthIn(world, group), ["initial Elb.RegistrationInProgress"]);
    for (const { nodeId, version } of others) {
      await world.parts.endpoint.submitNodeState({ nodeId, version, seqNum: 1, state: "failed", reason: "refused" });
    }
    assert.deepEqual(await healthIn(world, group), ["healthy"]);
  });

  test("changes nothing for targets that serve while a node of a further zone makes up its mind", async () => {
    const world = await elbWorld();
    const [first, ...further] = world.subnets;
    const loadBalancer = await newLoadBalancer(world, { Subnets: [first!, further[0]!] });
    const group = await newTargetGroup(world);
    await newListener(world, loadBalancer, group);
    const register = (Id: string) => world.elb("RegisterTargets", { TargetGroupArn: group, Targets: [{ Id }] });
    await register("172.31.0.9");
    await world.follow("healthy");
    await world.clock.advance(1000);
    await world.elb("SetSubnets", { LoadBalancerArn: loadBalancer, Subnets: [...world.subnets] });
    await world.settle();
    const known = world.published.at(-2)!.map(({ nodeId }) => nodeId);
    const [added] = world.published.at(-1)!.filter(({ nodeId }) => !known.includes(nodeId));
    const { nodeId, version } = added!;
    await world.parts.endpoint.submitNodeState({ nodeId, version, seqNum: 1, state: "active" });
    assert.deepEqual(await healthIn(world, group), ["healthy"]);
    const target = { targetGroupArn: group, targetKey: "172.31.0.9:80", since: 1 } as const;
    const say = (state: TargetHealthReport["state"]) =>
      world.parts.endpoint.publishTargetHealth({ nodeId, targets: [{ ...target, state }] });
    await say("initial");
    assert.deepEqual(await healthIn(world, group), ["healthy"]);
    await say("unhealthy");
    assert.deepEqual(await healthIn(world, group), ["unhealthy"]);
    await say("healthy");
    // It is asked as the others are for a target that comes after it.
    await world.clock.advance(1000);
    await register("172.31.0.10");
    await world.follow("healthy");
    assert.deepEqual(await healthIn(world, group), ["healthy", "healthy"]);
    const later = { ...target, targetKey: "172.31.0.10:80", state: "initial" } as const;
    await world.parts.endpoint.publishTargetHealth({ nodeId, targets: [{ ...target, state: "healthy" }, later] });
    assert.deepEqual((await healthIn(world, group)).toSorted(), ["healthy", "initial"]);
  });

  test("is forgotten with the target", async () => {
    const { world, group } = await running();
    await world.follow("healthy");
    const Targets = [{ Id: "172.31.0.9" }];
    await world.elb("DeregisterTargets", { TargetGroupArn: group, Targets });
    await world.settle();
    assert.deepEqual(await healthIn(world, group), ["draining Target.DeregistrationInProgress"]);
    await world.clock.advance(300_000);
    await world.settle();
    // The nodes have not said yet that they send nothing to it.
    assert.deepEqual(await healthIn(world, group), ["draining Target.DeregistrationInProgress"]);
    await world.follow();
    assert.deepEqual(await healthIn(world, group), []);
    await world.elb("RegisterTargets", { TargetGroupArn: group, Targets });
    assert.deepEqual(await healthIn(world, group), ["initial Elb.RegistrationInProgress"]);
  });

  test("tells which actions traffic follows", async () => {
    const { world } = await running();
    const applied = () => [...world.store.view(nodes).all()].map(({ value }) => Object.keys(value.applied).length);
    assert.deepEqual(applied(), [0, 0, 0]);
    await world.follow();
    assert.deepEqual(applied(), [1, 1, 1]);
    assert.equal([...world.store.view(listeners).all()].length, 1);
  });

  test("reaches the log group of the load balancer, and the metric of its targets' times", async () => {
    const { world, loadBalancer, listener, group } = await running();
    const { nodeId } = world.published.at(-1)![0]!;
    const record = { nodeId, listenerArn: listener, time: 5, line: "http ...", receivedBytes: 1, sentBytes: 2 };
    const answered = { ...record, targetGroupArn: group, targetResponseMs: 20 };
    await world.parts.endpoint.publishAccess([record, answered]);
    assert.equal(world.logged.length, 0);
    assert.deepEqual([...new Set(world.measured.map(({ metricName }) => metricName))], ["TargetResponseTime"]);
    const Attributes = [{ Key: "estiva.access_logs.log_group", Value: "/elb/web" }];
    await world.elb("ModifyLoadBalancerAttributes", { LoadBalancerArn: loadBalancer, Attributes });
    await world.parts.endpoint.publishAccess([record]);
    assert.equal(world.logged[0]!.stream.logGroupName, "/elb/web");
    assert.deepEqual(world.logged[0]!.events, [{ timestamp: 5, message: "http ..." }]);
  });
});

test("the name of a load balancer is that of its nodes that work, in its VPC", async () => {
  const { world, loadBalancer } = await running();
  const sets = () => world.names.at(-1)!.vpcs.flatMap(({ zones }) => zones.flatMap((zone) => zone.sets));
  assert.deepEqual(sets(), []);
  await world.follow();
  const addresses = [...world.store.view(nodes).all()].map(({ value }) => value.privateIpAddress);
  assert.deepEqual([world.names.at(-1)!.vpcs[0]!.vpcId, sets()[0]!.values], [world.vpcId, addresses]);
  assert.match(sets()[0]!.name, /^web-\d+\.us-east-1\.elb\.amazonaws\.com$/);
  await world.elb("DeleteLoadBalancer", { LoadBalancerArn: loadBalancer });
  await world.settle();
  assert.deepEqual(world.names.at(-1), { vpcs: [] });
});
