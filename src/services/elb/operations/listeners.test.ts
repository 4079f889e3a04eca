import assert from "node:assert/strict";
import { describe, test } from "node:test";
import type { Action, RuleCondition } from "#generated/elbv2/types.ts";
import { isFault } from "../../../../test/support/context.ts";
import { elbWorld, newListener, newLoadBalancer, newTargetGroup } from "../../../../test/support/elb.ts";

async function listenerWorld() {
  const world = await elbWorld();
  const loadBalancer = await newLoadBalancer(world);
  const group = await newTargetGroup(world);
  const listener = await newListener(world, loadBalancer, group);
  return { world, loadBalancer, group, listener };
}

const path = (...values: string[]): RuleCondition => ({ Field: "path-pattern", PathPatternConfig: { Values: values } });
const fixed: Action = { Type: "fixed-response", FixedResponseConfig: { StatusCode: "200" } };

describe("listeners", () => {
  test("are made as AWS shows them", async () => {
    const { world, loadBalancer, group, listener } = await listenerWorld();
    assert.match(listener, /:listener\/app\/web\/[0-9a-f]{16}\/[0-9a-f]{16}$/);
    const shown = await world.elb("DescribeListeners", { LoadBalancerArn: loadBalancer });
    assert.deepEqual(shown.Listeners, [
      {
        ...{ ListenerArn: listener, LoadBalancerArn: loadBalancer, Port: 80, Protocol: "HTTP" },
        DefaultActions: [
          {
            Type: "forward",
            TargetGroupArn: group,
            ForwardConfig: {
              TargetGroups: [{ TargetGroupArn: group, Weight: 1 }],
              TargetGroupStickinessConfig: { Enabled: false },
            },
          },
        ],
      },
    ]);
    const [used] = (await world.elb("DescribeTargetGroups", {})).TargetGroups!;
    assert.deepEqual(used!.LoadBalancerArns, [loadBalancer]);
  });

  test("are made once for the same settings; another one finds the port taken", async () => {
    const { world, loadBalancer, group, listener } = await listenerWorld();
    assert.equal(await newListener(world, loadBalancer, group), listener);
    const message = `A listener already exists on this port for this load balancer '${loadBalancer}'`;
    await assert.rejects(
      newListener(world, loadBalancer, group, { DefaultActions: [fixed] }),
      isFault("DuplicateListenerException", message),
    );
  });

  const refusals: readonly [string, object, string, string | RegExp][] = [
    ["of TCP", { Protocol: "TCP" }, "ValidationError", "Listener protocol 'TCP' must be one of 'HTTP, HTTPS'"],
    ["without certificate", { Protocol: "HTTPS" }, "ValidationError", /must be specified for HTTPS/],
    ["with a policy", { SslPolicy: "x" }, "ValidationError", /SslPolicy cannot be specified/],
    ["with an unknown policy", { Protocol: "HTTPS", SslPolicy: "x" }, "SSLPolicyNotFoundException", /'x' not found/],
    ["without actions", { DefaultActions: [] }, "ValidationError", "An action must be specified"],
    [
      "that authenticate with Cognito",
      { DefaultActions: [{ Type: "authenticate-cognito", Order: 1 }] },
      "InvalidLoadBalancerActionException",
      /Actions of type 'authenticate-cognito' are not available/,
    ],
    [
      "that redirect to themselves",
      { DefaultActions: [{ Type: "redirect", RedirectConfig: { StatusCode: "HTTP_301" } }] },
      "InvalidLoadBalancerActionException",
      /would create a loop/,
    ],
    [
      "that answer with an odd type",
      { DefaultActions: [{ ...fixed, FixedResponseConfig: { StatusCode: "200", ContentType: "a/b" } }] },
      "InvalidLoadBalancerActionException",
      /^The ContentType must be one of:/,
    ],
  ];
  for (const [what, input, code, message] of refusals) {
    test(`${what} are refused`, async () => {
      const { world, loadBalancer, group } = await listenerWorld();
      const made = newListener(world, loadBalancer, group, { Port: 81, ...input });
      await assert.rejects(made, isFault(code, message));
    });
  }

  test("send to groups of their load balancer only, of its kind and VPC", async () => {
    const { world, group } = await listenerWorld();
    const other = await newLoadBalancer(world, { Name: "other" });
    const shared = /^The following target groups cannot be associated with more than one load balancer/;
    await assert.rejects(newListener(world, other, group), isFault("TargetGroupAssociationLimitException", shared));
    const tcp = await newTargetGroup(world, { Name: "tcp", Protocol: "TCP" });
    await assert.rejects(newListener(world, other, tcp), isFault("IncompatibleProtocolsException"));
    const gone = `${group.slice(0, -4)}dead`;
    await assert.rejects(newListener(world, other, gone), isFault("TargetGroupNotFoundException"));
  });

  test("redirect with AWS's defaults for what is left out", async () => {
    const { world, loadBalancer, group } = await listenerWorld();
    const RedirectConfig = { Protocol: "HTTPS", Port: "443", StatusCode: "HTTP_301" } as const;
    await newListener(world, loadBalancer, group, { Port: 81, DefaultActions: [{ Type: "redirect", RedirectConfig }] });
    const { Listeners } = await world.elb("DescribeListeners", { LoadBalancerArn: loadBalancer });
    const made = Listeners!.find(({ Port }) => Port === 81)!;
    const full = { ...RedirectConfig, Host: "#{host}", Path: "/#{path}", Query: "#{query}" };
    assert.deepEqual(made.DefaultActions, [{ Type: "redirect", RedirectConfig: full }]);
  });

  test("of HTTPS have certificates: one by default, others by SNI", async () => {
    const { world, loadBalancer, group } = await listenerWorld();
    const { CertificateArn: first } = await world.acm("RequestCertificate", { DomainName: "a.example" });
    const { CertificateArn: second } = await world.acm("RequestCertificate", { DomainName: "b.example" });
    const Certificates = [{ CertificateArn: first! }];
    const ListenerArn = await newListener(world, loadBalancer, group, { Port: 443, Protocol: "HTTPS", Certificates });
    const [made] = (await world.elb("DescribeListeners", { ListenerArns: [ListenerArn] })).Listeners!;
    assert.deepEqual([made!.SslPolicy, made!.Certificates], ["ELBSecurityPolicy-2016-08", Certificates]);
    await world.elb("AddListenerCertificates", { ListenerArn, Certificates: [{ CertificateArn: second! }] });
    assert.deepEqual((await world.elb("DescribeListenerCertificates", { ListenerArn })).Certificates, [
      { CertificateArn: first, IsDefault: true },
      { CertificateArn: second, IsDefault: false },
    ]);
    await assert.rejects(
      world.acm("DeleteCertificate", { CertificateArn: second! }),
      isFault("ResourceInUseException", `Certificate ${second} in account 000000000000 is in use.`),
    );
    await assert.rejects(
      world.elb("RemoveListenerCertificates", { ListenerArn, Certificates }),
      isFault("OperationNotPermittedException"),
    );
    await world.elb("RemoveListenerCertificates", { ListenerArn, Certificates: [{ CertificateArn: second! }] });
    await world.acm("DeleteCertificate", { CertificateArn: second! });
    const [changed] = (await world.elb("ModifyListener", { ListenerArn, Protocol: "HTTP" })).Listeners!;
    assert.deepEqual([changed!.SslPolicy, changed!.Certificates], [undefined, undefined]);
  });

  test("have attributes, of which the defaults are taken", async () => {
    const { world, listener: ListenerArn } = await listenerWorld();
    const set = (Key: string, Value: string) =>
      world.elb("ModifyListenerAttributes", { ListenerArn, Attributes: [{ Key, Value }] });
    await set("routing.http.response.server.enabled", "true");
    const refused = isFault("InvalidConfigurationRequestException", /headers of requests and responses/);
    await assert.rejects(set("routing.http.response.server.enabled", "false"), refused);
    await assert.rejects(set("tcp.idle_timeout.seconds", "350"), isFault("ValidationError", /not recognized/));
  });

  test("of TCP have an idle timeout, of which the nodes are told", async () => {
    const world = await elbWorld();
    const loadBalancer = await newLoadBalancer(world, { Name: "net", Type: "network" });
    const group = await newTargetGroup(world, { Protocol: "TCP" });
    const ListenerArn = await newListener(world, loadBalancer, group, { Protocol: "TCP" });
    const set = (Value: string) =>
      world.elb("ModifyListenerAttributes", { ListenerArn, Attributes: [{ Key: "tcp.idle_timeout.seconds", Value }] });
    await assert.rejects(set("59"), isFault("ValidationError", /between 60 and 6000 seconds$/));
    await set("6000");
    await world.settle();
    assert.equal(world.published.at(-1)![0]!.listeners[0]!.idleTimeoutSeconds, 6000);
  });

  test("tell the nodes when connections end that nobody has ended", async () => {
    const world = await elbWorld();
    const loadBalancer = await newLoadBalancer(world, { Name: "net", Type: "network" });
    const TargetGroupArn = await newTargetGroup(world, { Protocol: "TCP" });
    await newListener(world, loadBalancer, TargetGroupArn, { Protocol: "TCP" });
    const told = async (set: Readonly<Record<string, string>>) => {
      const Attributes = Object.entries(set).map(([Key, Value]) => ({ Key, Value }));
      await world.elb("ModifyTargetGroupAttributes", { TargetGroupArn, Attributes });
      await world.settle();
      return world.published.at(-1)![0]!.targetGroups[0]!.endsConnections;
    };
    const terminates = "target_health_state.unhealthy.connection_termination.enabled";
    const interval = "target_health_state.unhealthy.draining_interval_seconds";
    const deregistered = "deregistration_delay.connection_termination.enabled";
    assert.deepEqual(await told({ [deregistered]: "true" }), { unhealthySeconds: 0, deregistered: true });
    assert.deepEqual(await told({ [deregistered]: "false", [terminates]: "false" }), { deregistered: false });
    assert.deepEqual(await told({ [interval]: "600" }), { unhealthySeconds: 600, deregistered: false });
    await assert.rejects(told({ [terminates]: "true" }), isFault("ValidationError", /only be configured when/));
    assert.deepEqual(await told({ [terminates]: "true", [interval]: "0" }), {
      ...{ unhealthySeconds: 0, deregistered: false },
    });
  });
});

describe("rules", () => {
  const rule = async (Conditions: RuleCondition[], Actions: Action[] = [fixed]) => {
    const found = await listenerWorld();
    const { Rules } = await found.world.elb("CreateRule", {
      ...{ ListenerArn: found.listener, Priority: 10 },
      ...{ Conditions, Actions },
    });
    return { ...found, rule: Rules![0]! };
  };

  test("are made as AWS shows them, and come before the default rule", async () => {
    const { world, listener, rule: made } = await rule([{ Field: "path-pattern", Values: ["/img/*"] }]);
    assert.match(made.RuleArn!, /:listener-rule\/app\/web\/[0-9a-f]{16}\/[0-9a-f]{16}\/[0-9a-f]{16}$/);
    const { RuleArn: _, ...rest } = made;
    const Conditions = [
      { Field: "path-pattern", Values: ["/img/*"], PathPatternConfig: { Values: ["/img/*"] } },
    ] as const;
    assert.deepEqual(rest, { Priority: "10", Conditions, Actions: [fixed], IsDefault: false, Transforms: [] });
    const { Rules } = await world.elb("DescribeRules", { ListenerArn: listener });
    assert.deepEqual(
      Rules!.map(({ Priority }) => Priority),
      ["10", "default"],
    );
    const [byArn] = (await world.elb("DescribeRules", { RuleArns: [Rules![1]!.RuleArn!] })).Rules!;
    assert.equal(byArn!.IsDefault, true);
    const notDeleted = isFault("OperationNotPermittedException", `Default rule '${byArn!.RuleArn}' cannot be deleted`);
    await assert.rejects(world.elb("DeleteRule", { RuleArn: byArn!.RuleArn! }), notDeleted);
  });

  const refusals: readonly [string, RuleCondition[], string | RegExp][] = [
    ["no condition", [], "A condition must be specified"],
    ["an unknown field", [{ Field: "cookie" }], /^Condition field 'cookie' must be one of '\[host-header, http-header/],
    ["a field twice", [path("/a"), path("/b")], "A rule can only have one 'path-pattern' condition"],
    ["many values", [path("/1", "/2", "/3", "/4", "/5", "/6")], "A rule can only have '5' condition values"],
    ["many wildcards", [path("/*/*/*/*/*/*/*")], "A rule can only have '6' condition wildcards"],
    ["a long value", [path(`/${"x".repeat(128)}`)], "The 'path-pattern' value is too long; the limit is '128'"],
    ["values twice", [{ Field: "path-pattern", Values: ["/a", "/b"] }], /contains too many values; the limit is '1'$/],
    [
      "another's config",
      [{ ...path("/a"), HostHeaderConfig: { Values: ["a.b"] } }],
      /'HostHeaderConfig' for a condition/,
    ],
    ["a host without a dot", [{ Field: "host-header", Values: ["a"] }], "The host header pattern 'a' is not valid"],
    ["the header host", [header("Host", "a")], /must be matched with a 'host-header' condition$/],
    ["a long header", [header("x".repeat(41), "a")], "The 'HttpHeaderName' value is too long; the limit is '40'"],
    [
      "values of a header",
      [{ Field: "http-header", Values: ["a"] }],
      "The 'Values' field is not compatible with 'http-header'",
    ],
    ["an odd method", [{ Field: "http-request-method", HttpRequestMethodConfig: { Values: ["get"] } }], /A-Z, hyphen/],
    ["no config", [{ Field: "source-ip" }], "A 'SourceIpConfig' must be specified with 'source-ip'"],
    ["no range", [{ Field: "source-ip", SourceIpConfig: { Values: ["10.0.0.0/33"] } }], /is not a valid CIDR$/],
    [
      "a broken expression",
      [{ Field: "path-pattern", RegexValues: ["("] }],
      /^The regular expression '\(' is not valid/,
    ],
    [
      "an empty query",
      [{ Field: "query-string", QueryStringConfig: { Values: [{ Key: "a" }] } }],
      /^A 'Value' must be/,
    ],
  ];
  for (const [what, conditions, message] of refusals) {
    test(`with ${what} are refused`, async () => {
      await assert.rejects(rule(conditions), isFault("ValidationError", message));
    });
  }

  const groups = (...weights: number[]): Action => ({
    Type: "forward",
    ForwardConfig: { TargetGroups: weights.map((Weight, i) => ({ TargetGroupArn: `arn-${i}`, Weight })) },
  });
  const badActions: readonly [string, Action[], string, string | RegExp][] = [
    [
      "two actions",
      [
        { ...fixed, Order: 1 },
        { ...fixed, Order: 2 },
      ],
      "TooManyActionsException",
      /one routing action$/,
    ],
    ["no order", [fixed, fixed], "ValidationError", /An action order must be specified/],
    [
      "many groups",
      [groups(1, 1, 1, 1, 1, 1)],
      "ValidationError",
      /per forward action of a application load balancer is '5'/,
    ],
    ["a large weight", [groups(1000)], "ValidationError", "Target group weight '1000' must be between '0' and '999'"],
    ["no group", [{ Type: "forward" }], "ValidationError", "A target group ARN must be specified"],
  ];
  for (const [what, actions, code, message] of badActions) {
    test(`with ${what} are refused`, async () => {
      await assert.rejects(rule([path("/a")], actions), isFault(code, message));
    });
  }

  test("have priorities of their own, and can change places", async () => {
    const { world, listener: ListenerArn, rule: first } = await rule([path("/a")]);
    const again = { ListenerArn, Priority: 10, Conditions: [path("/b")], Actions: [fixed] };
    const taken = isFault("PriorityInUseException", "Priority '10' is currently in use");
    await assert.rejects(world.elb("CreateRule", again), taken);
    const [second] = (await world.elb("CreateRule", { ...again, Priority: 20 })).Rules!;
    const set = (...pairs: [string, number][]) =>
      world.elb("SetRulePriorities", {
        RulePriorities: pairs.map(([RuleArn, Priority]) => ({ RuleArn, Priority })),
      });
    await assert.rejects(set([first.RuleArn!, 20]), isFault("PriorityInUseException"));
    await set([first.RuleArn!, 20], [second!.RuleArn!, 10]);
    const { Rules } = await world.elb("DescribeRules", { ListenerArn });
    assert.deepEqual(Rules!.map(({ RuleArn }) => RuleArn).slice(0, 2), [second!.RuleArn, first.RuleArn]);
    const twice = isFault("ValidationError", "Priority '5' was provided multiple times");
    await assert.rejects(set([first.RuleArn!, 5], [second!.RuleArn!, 5]), twice);
  });

  test("and their listeners go by one ARN each: what policies say of it is not got round by another", async () => {
    const { world, listener, rule: made } = await rule([path("/a")]);
    const { Rules } = await world.elb("DescribeRules", { ListenerArn: listener });
    const ruleArns = [made.RuleArn!, Rules!.find(({ IsDefault }) => IsDefault)!.RuleArn!];
    for (const [from, to] of [
      ["/app/web/", "/app/other/"],
      ["/app/web/", "/net/web/"],
    ] as const) {
      for (const arn of ruleArns) {
        const modified = world.elb("ModifyRule", { RuleArn: arn.replace(from, to), Actions: [fixed] });
        await assert.rejects(modified, isFault("RuleNotFoundException"));
      }
      const modified = world.elb("ModifyListener", { ListenerArn: listener.replace(from, to), Port: 81 });
      await assert.rejects(modified, isFault("ListenerNotFoundException"));
    }
  });

  test("change what is given and keep the rest", async () => {
    const { world, rule: made } = await rule([path("/a")]);
    const RuleArn = made.RuleArn!;
    const [changed] = (await world.elb("ModifyRule", { RuleArn, Conditions: [path("/b")] })).Rules!;
    assert.deepEqual([changed!.Conditions![0]!.Values, changed!.Actions], [["/b"], [fixed]]);
    const nothing = isFault("ValidationError", "Either conditions or actions must be specified");
    await assert.rejects(world.elb("ModifyRule", { RuleArn }), nothing);
    await world.elb("DeleteRule", { RuleArn });
    await assert.rejects(world.elb("DescribeRules", { RuleArns: [RuleArn] }), isFault("RuleNotFoundException"));
  });
});

function header(HttpHeaderName: string, ...Values: string[]): RuleCondition {
  return { Field: "http-header", HttpHeaderConfig: { HttpHeaderName, Values } };
}
