import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Operations } from "#generated/elbv2/types.ts";
import { putInstance } from "../../../../test/support/container-instances.ts";
import { isFault } from "../../../../test/support/context.ts";
import { elbWorld, newListener, newLoadBalancer, newTargetGroup } from "../../../../test/support/elb.ts";

type NewGroup = Partial<Operations["CreateTargetGroup"]["input"]>;

describe("target groups", () => {
  test("are made with AWS's defaults", async () => {
    const world = await elbWorld();
    const TargetGroupArn = await newTargetGroup(world);
    assert.match(
      TargetGroupArn,
      /^arn:aws:elasticloadbalancing:us-east-1:000000000000:targetgroup\/web\/[0-9a-f]{16}$/,
    );
    const [group] = (await world.elb("DescribeTargetGroups", { Names: ["web"] })).TargetGroups!;
    assert.deepEqual(group, {
      TargetGroupArn,
      TargetGroupName: "web",
      ...{ Protocol: "HTTP", Port: 80, VpcId: world.vpcId },
      ...{ HealthCheckProtocol: "HTTP", HealthCheckPort: "traffic-port", HealthCheckEnabled: true },
      ...{ HealthCheckIntervalSeconds: 30, HealthCheckTimeoutSeconds: 5 },
      ...{ HealthyThresholdCount: 5, UnhealthyThresholdCount: 2, HealthCheckPath: "/", Matcher: { HttpCode: "200" } },
      ...{ LoadBalancerArns: [], TargetType: "ip", ProtocolVersion: "HTTP1", IpAddressType: "ipv4" },
    });
    const tcp = await world.elb("CreateTargetGroup", { Name: "tcp", Protocol: "TCP", Port: 5432, VpcId: world.vpcId });
    const { Matcher, HealthCheckProtocol, HealthCheckTimeoutSeconds, TargetType } = tcp.TargetGroups![0]!;
    assert.deepEqual(
      [Matcher, HealthCheckProtocol, HealthCheckTimeoutSeconds, TargetType],
      [undefined, "TCP", 10, "instance"],
    );
  });

  test("are made once for the same settings, and not twice for others", async () => {
    const world = await elbWorld();
    const arn = await newTargetGroup(world);
    assert.equal(await newTargetGroup(world), arn);
    const message = "A target group with the same name 'web' exists, but with different settings";
    await assert.rejects(newTargetGroup(world, { Port: 81 }), isFault("DuplicateTargetGroupNameException", message));
  });

  const refusals: readonly [string, NewGroup, string, string | RegExp][] = [
    ["for functions", { TargetType: "lambda" }, "InvalidConfigurationRequestException", /no AWS Lambda/],
    ["for UDP", { Protocol: "UDP" }, "InvalidConfigurationRequestException", /use HTTP, HTTPS, TCP or TLS/],
    ["in an unknown VPC", { VpcId: "vpc-1" }, "ValidationError", "The VPC ID 'vpc-1' is not found"],
    ["with odd codes", { Matcher: { HttpCode: "200-600" } }, "ValidationError", /within '200-499' inclusive/],
    ["with codes of gRPC", { Matcher: { GrpcCode: "0" } }, "ValidationError", /must specify 'HttpCode'$/],
    ["with a relative path", { HealthCheckPath: "x" }, "ValidationError", /must begin with a '\/' character$/],
    ["with checks by TCP", { HealthCheckProtocol: "TCP" }, "ValidationError", /'TCP' is not supported/],
    [
      "with a long timeout",
      { HealthCheckTimeoutSeconds: 30 },
      "ValidationError",
      /^Health check interval must be greater/,
    ],
    [
      "with a timeout as long",
      { HealthCheckIntervalSeconds: 5 },
      "ValidationError",
      /must be greater than the timeout/,
    ],
    ["without checks", { HealthCheckEnabled: false }, "ValidationError", /must be true/],
    ["with an odd port of checks", { HealthCheckPort: "no" }, "ValidationError", /must be 'traffic-port'/],
    ["with another version", { ProtocolVersion: "HTTP3" }, "ValidationError", /must be one of 'GRPC, HTTP1, HTTP2'$/],
    ["in IPv6", { IpAddressType: "ipv6" }, "InvalidConfigurationRequestException", /IPv4 addresses only/],
  ];
  for (const [what, input, code, message] of refusals) {
    test(`${what} are refused`, async () => {
      const world = await elbWorld();
      await assert.rejects(newTargetGroup(world, input), isFault(code, message));
    });
  }

  test("for gRPC have checks of their own", async () => {
    const world = await elbWorld();
    await newTargetGroup(world, { ProtocolVersion: "GRPC" });
    const [group] = (await world.elb("DescribeTargetGroups", {})).TargetGroups!;
    assert.deepEqual([group!.Matcher, group!.HealthCheckPath], [{ GrpcCode: "12" }, "/AWS.ALB/healthcheck"]);
  });

  test("change their checks", async () => {
    const world = await elbWorld();
    const TargetGroupArn = await newTargetGroup(world);
    const change = { HealthCheckPath: "/up", HealthyThresholdCount: 2, Matcher: { HttpCode: "200,204" } };
    const [group] = (await world.elb("ModifyTargetGroup", { TargetGroupArn, ...change })).TargetGroups!;
    const { HealthCheckPath, HealthyThresholdCount, Matcher, HealthCheckIntervalSeconds } = group!;
    assert.deepEqual({ HealthCheckPath, HealthyThresholdCount, Matcher }, change);
    assert.equal(HealthCheckIntervalSeconds, 30);
  });

  test("that are used are not deleted", async () => {
    const world = await elbWorld();
    const group = await newTargetGroup(world);
    const ListenerArn = await newListener(world, await newLoadBalancer(world), group);
    const remove = () => world.elb("DeleteTargetGroup", { TargetGroupArn: group });
    const message = `Target group '${group}' is currently in use by a listener or a rule`;
    await assert.rejects(remove(), isFault("ResourceInUseException", message));
    await world.elb("DeleteListener", { ListenerArn });
    await remove();
    await remove();
    await assert.rejects(
      world.elb("DescribeTargetGroups", { Names: ["web"] }),
      isFault("TargetGroupNotFoundException"),
    );
  });
});

describe("attributes of target groups", () => {
  const cases: readonly [Record<string, string>, string | undefined, RegExp?][] = [
    [{ "deregistration_delay.timeout_seconds": "0" }, undefined],
    [{ "deregistration_delay.timeout_seconds": "3601" }, "ValidationError", /between 0 and 3600/],
    [{ "slow_start.duration_seconds": "29" }, "ValidationError", /0 or between 30 and 900/],
    [{ "stickiness.enabled": "true", "stickiness.type": "app_cookie" }, "ValidationError", /a cookie name/],
    [{ "stickiness.app_cookie.cookie_name": "AWSALBX" }, "ValidationError", /are reserved/],
    [{ "stickiness.type": "source_ip" }, "ValidationError", /one of 'lb_cookie', 'app_cookie'/],
    [{ "preserve_client_ip.enabled": "true" }, "ValidationError", /is not recognized/],
    [{ "load_balancing.algorithm.anomaly_mitigation": "on" }, "InvalidConfigurationRequestException", /anomalies/],
    [
      { "load_balancing.algorithm.type": "weighted_random", "slow_start.duration_seconds": "30" },
      "ValidationError",
      /Slow start is not supported/,
    ],
  ];
  for (const [attributes, code, message] of cases) {
    test(`${JSON.stringify(attributes)}: ${code ?? "taken"}`, async () => {
      const world = await elbWorld();
      const TargetGroupArn = await newTargetGroup(world);
      const Attributes = Object.entries(attributes).map(([Key, Value]) => ({ Key, Value }));
      const change = world.elb("ModifyTargetGroupAttributes", { TargetGroupArn, Attributes });
      if (code !== undefined) return assert.rejects(change, isFault(code, message));
      assert.deepEqual(
        (await change).Attributes!.find(({ Key }) => Key === Attributes[0]!.Key),
        Attributes[0],
      );
    });
  }
});

describe("targets", () => {
  const register = async (target: object) => {
    const world = await elbWorld();
    const TargetGroupArn = await newTargetGroup(world);
    await world.elb("RegisterTargets", { TargetGroupArn, Targets: [{ Id: "172.31.0.9", ...target }] });
    return { world, TargetGroupArn };
  };

  test("of a group that nobody sends to are unused, and go at once", async () => {
    const { world, TargetGroupArn } = await register({});
    const health = async () =>
      (await world.elb("DescribeTargetHealth", { TargetGroupArn })).TargetHealthDescriptions!.map(
        ({ Target, TargetHealth, HealthCheckPort }) => ({ Target, TargetHealth, HealthCheckPort }),
      );
    const Description = "Target group is not configured to receive traffic from the load balancer";
    assert.deepEqual(await health(), [
      {
        Target: { Id: "172.31.0.9", Port: 80 },
        TargetHealth: { State: "unused", Reason: "Target.NotInUse", Description },
        HealthCheckPort: "80",
      },
    ]);
    await world.elb("DeregisterTargets", { TargetGroupArn, Targets: [{ Id: "172.31.0.9" }] });
    assert.deepEqual(await health(), []);
  });

  test("of a group in use drain, and are targets again when they are registered again", async () => {
    const { world, TargetGroupArn } = await register({ Port: 8080 });
    await newListener(world, await newLoadBalancer(world), TargetGroupArn);
    const Targets = [{ Id: "172.31.0.9", Port: 8080 }];
    const state = async () => {
      const { TargetHealthDescriptions } = await world.elb("DescribeTargetHealth", { TargetGroupArn, Targets });
      const { State, Reason } = TargetHealthDescriptions![0]!.TargetHealth!;
      return `${State} ${Reason}`;
    };
    assert.equal(await state(), "initial Elb.RegistrationInProgress");
    await world.elb("DeregisterTargets", { TargetGroupArn, Targets });
    assert.equal(await state(), "draining Target.DeregistrationInProgress");
    await world.elb("RegisterTargets", { TargetGroupArn, Targets });
    assert.equal(await state(), "initial Elb.RegistrationInProgress");
  });

  const zones: readonly [string, object, "application" | "network", "true" | "false", boolean][] = [
    ["in an enabled zone", {}, "application", "true", true],
    ["in another zone", { Id: "172.31.32.9" }, "application", "true", false],
    ["in another zone, without cross-zone", { Id: "172.31.32.9" }, "application", "false", false],
    ["in another zone, of a network load balancer", { Id: "172.31.32.9" }, "network", "false", false],
    ["in another zone, of a network load balancer across zones", { Id: "172.31.32.9" }, "network", "true", false],
    [
      "beyond the VPC in another zone",
      { Id: "10.0.0.1", AvailabilityZone: "us-east-1c" },
      "application",
      "true",
      false,
    ],
    ["beyond the VPC in an enabled zone", { Id: "10.0.0.1", AvailabilityZone: "us-east-1a" }, "network", "true", true],
    ["beyond the VPC in all zones", { Id: "10.0.0.1", AvailabilityZone: "all" }, "application", "true", true],
  ];
  for (const [what, target, Type, Value, isUsed] of zones) {
    test(`${what} are ${isUsed ? "checked" : "unused, and go at once"}`, async () => {
      const world = await elbWorld();
      const Protocol = Type === "application" ? "HTTP" : "TCP";
      const TargetGroupArn = await newTargetGroup(world, { Protocol });
      const Attributes = [{ Key: "load_balancing.cross_zone.enabled", Value }];
      await world.elb("ModifyTargetGroupAttributes", { TargetGroupArn, Attributes });
      const Targets = [{ Id: "172.31.0.9", ...target }];
      await world.elb("RegisterTargets", { TargetGroupArn, Targets });
      const loadBalancer = await newLoadBalancer(world, { Type, Subnets: world.subnets.slice(0, 2) });
      await newListener(world, loadBalancer, TargetGroupArn, { Protocol });
      await world.follow("healthy");
      const health = async () =>
        (await world.elb("DescribeTargetHealth", { TargetGroupArn })).TargetHealthDescriptions!.map(
          ({ TargetHealth }) => TargetHealth,
        );
      const Description = "Target is in an Availability Zone that is not enabled for the load balancer";
      const unused = { State: "unused", Reason: "Target.NotInUse", Description };
      assert.deepEqual(await health(), [isUsed ? { State: "healthy" } : unused]);
      const told = world.published
        .at(-1)!
        .flatMap(({ targetGroups }) => targetGroups.flatMap((group) => group.targets));
      assert.equal(told.length > 0, isUsed);
      await world.elb("DeregisterTargets", { TargetGroupArn, Targets });
      assert.equal((await health()).length, isUsed ? 1 : 0);
    });
  }

  test("are unused while their zone is not enabled", async () => {
    const { world, TargetGroupArn } = await register({});
    const LoadBalancerArn = await newLoadBalancer(world);
    await newListener(world, LoadBalancerArn, TargetGroupArn);
    const state = async () =>
      (await world.elb("DescribeTargetHealth", { TargetGroupArn })).TargetHealthDescriptions![0]!.TargetHealth!.State;
    await world.follow("healthy");
    assert.equal(await state(), "healthy");
    await world.elb("SetSubnets", { LoadBalancerArn, Subnets: world.subnets.slice(1) });
    assert.equal(await state(), "unused");
    await world.elb("SetSubnets", { LoadBalancerArn, Subnets: world.subnets });
    await world.clock.advance(1);
    await world.follow("healthy");
    assert.equal(await state(), "healthy");
  });

  test("that are not registered are told as such", async () => {
    const { world, TargetGroupArn } = await register({});
    const Targets = [{ Id: "172.31.0.10" }];
    const { TargetHealthDescriptions } = await world.elb("DescribeTargetHealth", { TargetGroupArn, Targets });
    assert.equal(TargetHealthDescriptions![0]!.TargetHealth!.Reason, "Target.NotRegistered");
  });

  const refusals: readonly [string, object, string, RegExp][] = [
    ["no address", { Id: "host" }, "ValidationError", /'host' is not a valid IPv4 address$/],
    ["a public address", { Id: "8.8.8.8" }, "ValidationError", /is not within a private range/],
    ["an address beyond the VPC without a zone", { Id: "10.0.0.1" }, "ValidationError", /specify an Availability Zone/],
    [
      "a zone of another region",
      { AvailabilityZone: "eu-west-1a" },
      "ValidationError",
      /cannot have its Availability Zone overridden/,
    ],
    [
      "another zone than the subnet's",
      { Id: "172.31.0.10", AvailabilityZone: "all" },
      "ValidationError",
      /^The IP address '172.31.0.10' is within the VPC, .* overridden to 'all' from 'us-east-1a'$/,
    ],
  ];
  for (const [what, target, code, message] of refusals) {
    test(`${what}: refused`, async () => {
      await assert.rejects(register(target), isFault(code, message));
    });
  }

  test("beyond the VPC are taken for all zones", async () => {
    await register({ Id: "10.0.0.1", AvailabilityZone: "all" });
  });

  test("that are instances are container instances, reached at ports of the host in their zone", async () => {
    const world = await elbWorld();
    const TargetGroupArn = await newTargetGroup(world, { TargetType: "instance" });
    await newListener(world, await newLoadBalancer(world, { Subnets: world.subnets.slice(0, 2) }), TargetGroupArn);
    const [near, far, unknown] = ["i-0aaaaaaaa", "i-0bbbbbbbb", "i-0cccccccc"] as const;
    await putInstance(world, { id: "near", ec2InstanceId: near, zone: "us-east-1b" });
    await putInstance(world, { id: "far", ec2InstanceId: far, zone: "us-east-1c" });
    const Targets = [{ Id: near, Port: 32768 }, { Id: near }, { Id: far }];
    await world.elb("RegisterTargets", { TargetGroupArn, Targets });
    await world.follow("healthy");
    const told = world.published.at(-1)!.flatMap(({ targetGroups }) => targetGroups.map(({ targets }) => targets));
    const one = { draining: false };
    const both = [
      { ...one, targetKey: `${near}:32768`, port: 32768 },
      { ...one, targetKey: `${near}:80`, port: 80 },
    ];
    assert.deepEqual(told, [both, both]);
    const { TargetHealthDescriptions } = await world.elb("DescribeTargetHealth", { TargetGroupArn });
    assert.deepEqual(
      TargetHealthDescriptions!.map(({ Target, TargetHealth }) => ({ ...Target, state: TargetHealth!.State })),
      [
        { Id: near, Port: 32768, state: "healthy" },
        { Id: near, Port: 80, state: "healthy" },
        { Id: far, Port: 80, state: "unused" },
      ],
    );
    for (const [Id, code, words] of [
      [unknown, "InvalidTargetException", "The following instances do not exist: 'i-0cccccccc'"],
      ["10.0.0.1", "ValidationError", "Instance ID '10.0.0.1' is not valid"],
    ] as const) {
      const refused = world.elb("RegisterTargets", { TargetGroupArn, Targets: [{ Id }] });
      await assert.rejects(refused, isFault(code, words));
    }
    const zoned = world.elb("RegisterTargets", { TargetGroupArn, Targets: [{ Id: near, AvailabilityZone: "all" }] });
    await assert.rejects(zoned, isFault("ValidationError", /for targets of type 'instance'$/));
  });
});
