import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import { elbWorld, newListener, newLoadBalancer, newTargetGroup } from "../../../../test/support/elb.ts";

describe("load balancers", () => {
  test("are made as AWS shows them", async () => {
    const world = await elbWorld();
    const { LoadBalancers } = await world.elb("CreateLoadBalancer", {
      Name: "web",
      Subnets: world.subnets.slice(0, 2),
    });
    const [made] = LoadBalancers!;
    const id = /:loadbalancer\/app\/web\/([0-9a-f]{16})$/.exec(made!.LoadBalancerArn!)![1]!;
    const number = Number(BigInt(`0x${id}`) % 2_000_000_000n) + 1;
    assert.deepEqual(made, {
      LoadBalancerArn: `arn:aws:elasticloadbalancing:us-east-1:000000000000:loadbalancer/app/web/${id}`,
      DNSName: `web-${number}.us-east-1.elb.amazonaws.com`,
      CanonicalHostedZoneId: "Z35SXDOTRQ7X7K",
      CreatedTime: made!.CreatedTime,
      LoadBalancerName: "web",
      Scheme: "internet-facing",
      VpcId: world.vpcId,
      State: { Code: "provisioning" },
      Type: "application",
      AvailabilityZones: [
        { ZoneName: "us-east-1a", SubnetId: world.subnets[0], LoadBalancerAddresses: [] },
        { ZoneName: "us-east-1b", SubnetId: world.subnets[1], LoadBalancerAddresses: [] },
      ],
      SecurityGroups: [world.groupId],
      IpAddressType: "ipv4",
    });
    const network = await world.elb("CreateLoadBalancer", {
      ...{ Name: "tcp", Type: "network", Scheme: "internal" },
      SubnetMappings: [{ SubnetId: world.subnets[0]!, PrivateIPv4Address: "172.31.0.77" }],
    });
    const [nlb] = network.LoadBalancers!;
    assert.match(nlb!.LoadBalancerArn!, /:loadbalancer\/net\/tcp\/[0-9a-f]{16}$/);
    assert.match(nlb!.DNSName!, /^tcp-[0-9a-f]{16}\.elb\.us-east-1\.amazonaws\.com$/);
    assert.deepEqual(nlb!.AvailabilityZones![0]!.LoadBalancerAddresses, [{ PrivateIPv4Address: "172.31.0.77" }]);
    assert.equal(nlb!.SecurityGroups, undefined);
  });

  test("are made once for the same settings, and not twice for others", async () => {
    const world = await elbWorld();
    const arn = await newLoadBalancer(world, { Tags: [{ Key: "a", Value: "b" }] });
    assert.equal(await newLoadBalancer(world, { Tags: [{ Key: "a", Value: "b" }] }), arn);
    const message = "A load balancer with the same name 'web' exists, but with different settings";
    await assert.rejects(newLoadBalancer(world), isFault("DuplicateLoadBalancerNameException", message));
  });

  const refusals: readonly [string, object, string, string | RegExp][] = [
    ["a long name", { Name: "x".repeat(33) }, "ValidationError", /cannot be longer than '32' characters$/],
    ["an odd name", { Name: "a_b" }, "ValidationError", /can only contain characters that are alphanumeric/],
    ["a name that begins with a hyphen", { Name: "-a" }, "ValidationError", /cannot begin or end with '-'$/],
    ["a name that begins with internal-", { Name: "internal-a" }, "ValidationError", /cannot begin with 'internal-'$/],
    ["a gateway", { Type: "gateway" }, "InvalidConfigurationRequestException", /Gateway Load Balancers are not/],
    ["IPv6", { IpAddressType: "dualstack" }, "InvalidConfigurationRequestException", /'dualstack' is not available/],
    ["no subnets", { Subnets: [] }, "ValidationError", "At least one subnet must be specified"],
    [
      "an unknown subnet",
      { Subnets: ["subnet-1"] },
      "SubnetNotFoundException",
      "The subnet ID 'subnet-1' does not exist",
    ],
    ["an unknown group", { SecurityGroups: ["sg-1"] }, "InvalidSecurityGroupException", /groups are invalid$/],
    [
      "a tag twice",
      { Tags: [{ Key: "a" }, { Key: "a" }] },
      "DuplicateTagKeysException",
      /'a' was given more than once/,
    ],
    ["a reserved tag", { Tags: [{ Key: "aws:a" }] }, "ValidationError", /reserved for system use$/],
  ];
  for (const [what, input, code, message] of refusals) {
    test(`with ${what} are refused`, async () => {
      const world = await elbWorld();
      await assert.rejects(newLoadBalancer(world, input as never), isFault(code, message));
    });
  }

  test("need subnets in two zones, and one subnet in each", async () => {
    const world = await elbWorld();
    const [first] = world.subnets;
    const two = "At least two subnets in two different Availability Zones must be specified";
    await assert.rejects(newLoadBalancer(world, { Subnets: [first!] }), isFault("ValidationError", two));
    const twice = "A load balancer cannot be attached to multiple subnets in the same Availability Zone";
    await assert.rejects(
      newLoadBalancer(world, { Subnets: [first!, first!] }),
      isFault("InvalidConfigurationRequestException", twice),
    );
  });

  test("are found by names and ARNs", async () => {
    const world = await elbWorld();
    const arn = await newLoadBalancer(world);
    const other = await newLoadBalancer(world, { Name: "api" });
    const arns = async (input: object) =>
      (await world.elb("DescribeLoadBalancers", input)).LoadBalancers!.map((each) => each.LoadBalancerArn);
    assert.deepEqual(await arns({ Names: ["web"] }), [arn]);
    assert.deepEqual(await arns({ LoadBalancerArns: [other, other] }), [other]);
    assert.deepEqual(await arns({}), [other, arn]);
    const code = "LoadBalancerNotFoundException";
    await assert.rejects(arns({ Names: ["no"] }), isFault(code, "Load balancers '[no]' not found"));
    const gone = arn.replace(/.$/, arn.endsWith("0") ? "1" : "0");
    await assert.rejects(arns({ LoadBalancerArns: [gone] }), isFault(code, "One or more load balancers not found"));
    await assert.rejects(arns({ LoadBalancerArns: ["web"] }), isFault("ValidationError"));
  });

  test("are listed in pages", async () => {
    const world = await elbWorld();
    for (const Name of ["c", "a", "b"]) await newLoadBalancer(world, { Name });
    const first = await world.elb("DescribeLoadBalancers", { PageSize: 2 });
    const second = await world.elb("DescribeLoadBalancers", { PageSize: 2, Marker: first.NextMarker! });
    const names = [...first.LoadBalancers!, ...second.LoadBalancers!].map((each) => each.LoadBalancerName);
    assert.deepEqual([names, second.NextMarker], [["a", "b", "c"], undefined]);
  });

  test("that are protected are not deleted; others go with all that is in them", async () => {
    const world = await elbWorld();
    const arn = await newLoadBalancer(world);
    const group = await newTargetGroup(world);
    await newListener(world, arn, group);
    const protect = (Value: string) =>
      world.elb("ModifyLoadBalancerAttributes", {
        LoadBalancerArn: arn,
        Attributes: [{ Key: "deletion_protection.enabled", Value }],
      });
    await protect("true");
    const message = `Load balancer '${arn}' cannot be deleted because deletion protection is enabled`;
    const remove = () => world.elb("DeleteLoadBalancer", { LoadBalancerArn: arn });
    await assert.rejects(remove(), isFault("OperationNotPermittedException", message));
    await protect("false");
    await remove();
    await remove();
    assert.deepEqual((await world.elb("DescribeTargetGroups", {})).TargetGroups![0]!.LoadBalancerArns, []);
    await world.elb("DeleteTargetGroup", { TargetGroupArn: group });
  });

  test("change their subnets and groups", async () => {
    const world = await elbWorld();
    const LoadBalancerArn = await newLoadBalancer(world, { Subnets: world.subnets.slice(0, 2) });
    const { AvailabilityZones } = await world.elb("SetSubnets", { LoadBalancerArn, Subnets: world.subnets.slice(1) });
    assert.deepEqual(
      AvailabilityZones!.map((zone) => zone.ZoneName),
      ["us-east-1b", "us-east-1c"],
    );
    const set = await world.elb("SetSecurityGroups", { LoadBalancerArn, SecurityGroups: [world.groupId] });
    assert.deepEqual(set.SecurityGroupIds, [world.groupId]);
    await assert.rejects(
      world.elb("SetIpAddressType", { LoadBalancerArn, IpAddressType: "dualstack" }),
      isFault("InvalidConfigurationRequestException"),
    );
  });
});

describe("attributes of load balancers", () => {
  test("are those of AWS, with its defaults", async () => {
    const world = await elbWorld();
    const attributes = async (LoadBalancerArn: string) => {
      const { Attributes } = await world.elb("DescribeLoadBalancerAttributes", { LoadBalancerArn });
      return Object.fromEntries(Attributes!.map(({ Key, Value }) => [Key!, Value!]));
    };
    const alb = await attributes(await newLoadBalancer(world));
    const nlb = await attributes(await newLoadBalancer(world, { Name: "tcp", Type: "network" }));
    assert.equal(alb["idle_timeout.timeout_seconds"], "60");
    assert.equal(alb["routing.http.desync_mitigation_mode"], "defensive");
    assert.equal(alb["load_balancing.cross_zone.enabled"], "true");
    assert.equal(nlb["load_balancing.cross_zone.enabled"], "false");
    assert.equal(nlb["idle_timeout.timeout_seconds"], undefined);
  });

  const refusals: readonly [string, string, string, string, RegExp][] = [
    ["an unknown key", "nonsense", "1", "ValidationError", /key 'nonsense' is not recognized$/],
    ["a wrong value", "idle_timeout.timeout_seconds", "0", "ValidationError", /between 1 and 4000 seconds$/],
    ["no boolean", "routing.http2.enabled", "yes", "ValidationError", /must be one of 'true', 'false'$/],
    ["logs to S3", "access_logs.s3.enabled", "true", "InvalidConfigurationRequestException", /estiva\.access_logs/],
    ["one zone's targets", "load_balancing.cross_zone.enabled", "false", "ValidationError", /must be one of 'true'$/],
    ["AWS WAF", "waf.fail_open.enabled", "true", "InvalidConfigurationRequestException", /no AWS WAF/],
  ];
  for (const [what, Key, Value, code, message] of refusals) {
    test(`${what}: refused`, async () => {
      const world = await elbWorld();
      const LoadBalancerArn = await newLoadBalancer(world);
      const change = world.elb("ModifyLoadBalancerAttributes", { LoadBalancerArn, Attributes: [{ Key, Value }] });
      await assert.rejects(change, isFault(code, message));
    });
  }

  test("keep what is set", async () => {
    const world = await elbWorld();
    const LoadBalancerArn = await newLoadBalancer(world);
    const Attributes = [{ Key: "idle_timeout.timeout_seconds", Value: "30" }];
    await world.elb("ModifyLoadBalancerAttributes", { LoadBalancerArn, Attributes });
    const shown = await world.elb("DescribeLoadBalancerAttributes", { LoadBalancerArn });
    assert.deepEqual(
      shown.Attributes!.filter(({ Key }) => Key === Attributes[0]!.Key),
      Attributes,
    );
  });
});

test("tags are set, shown and removed on everything that has them", async () => {
  const world = await elbWorld();
  const loadBalancer = await newLoadBalancer(world);
  const group = await newTargetGroup(world);
  const listener = await newListener(world, loadBalancer, group);
  const ResourceArns = [loadBalancer, group, listener];
  await world.elb("AddTags", { ResourceArns, Tags: [{ Key: "a", Value: "1" }, { Key: "b" }] });
  await world.elb("RemoveTags", { ResourceArns, TagKeys: ["b", "c"] });
  const { TagDescriptions } = await world.elb("DescribeTags", { ResourceArns });
  assert.deepEqual(
    TagDescriptions,
    ResourceArns.map((ResourceArn) => ({ ResourceArn, Tags: [{ Key: "a", Value: "1" }] })),
  );
});

test("the policies of TLS are AWS's, in its order", async () => {
  const world = await elbWorld();
  const { SslPolicies } = await world.elb("DescribeSSLPolicies", {});
  assert.equal(SslPolicies![0]!.Name, "ELBSecurityPolicy-2016-08");
  assert.deepEqual(SslPolicies![0]!.SslProtocols, ["TLSv1", "TLSv1.1", "TLSv1.2"]);
  const [res] = (await world.elb("DescribeSSLPolicies", { Names: ["ELBSecurityPolicy-TLS13-1-2-Res-2021-06"] }))
    .SslPolicies!;
  assert.deepEqual(res!.SslProtocols, ["TLSv1.2", "TLSv1.3"]);
  assert.deepEqual(
    res!.Ciphers!.map(({ Name }) => Name),
    [
      ...["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "TLS_CHACHA20_POLY1305_SHA256"],
      ...["ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
      ...["ECDHE-ECDSA-AES256-GCM-SHA384", "ECDHE-RSA-AES256-GCM-SHA384"],
    ],
  );
  await assert.rejects(world.elb("DescribeSSLPolicies", { Names: ["no"] }), isFault("SSLPolicyNotFoundException"));
});

test("trust stores can't be made, and none is found", async () => {
  const world = await elbWorld();
  const TrustStoreArn = "arn:aws:elasticloadbalancing:us-east-1:000000000000:truststore/a/1";
  assert.deepEqual((await world.elb("DescribeTrustStores", {})).TrustStores, []);
  await assert.rejects(world.elb("DeleteTrustStore", { TrustStoreArn }), isFault("TrustStoreNotFoundException"));
});
