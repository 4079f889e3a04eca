import { generateKeyPairSync, randomInt } from "node:crypto";
import { createServer } from "node:net";
import type {
  AuthenticationKeys,
  ListenerSpec,
  LoadBalancerNode,
  RuleAction,
  RuleCondition,
  RuleSpec,
  TargetGroupSpec,
  TargetSpec,
} from "#kernel/load-balancing.ts";
import { until } from "../../support/until.ts";

/** Nodes for tests: what is not said is what Elastic Load Balancing has by default. */

const arn = (resource: string) => `arn:aws:elasticloadbalancing:us-east-1:123456789012:${resource}`;

export function nodeOf(parts: Partial<LoadBalancerNode>): LoadBalancerNode {
  return {
    nodeId: "lb-test-a",
    loadBalancerArn: arn("loadbalancer/app/test/50dc6c495c0c9188"),
    version: "1",
    type: "application",
    networkInterface: {
      networkInterfaceId: "eni-1",
      vpcId: "vpc-1",
      subnetId: "subnet-1",
      macAddress: "02:00:00:00:00:01",
      privateIpv4Address: "127.0.0.1",
      subnetCidr: "127.0.0.0/24",
      privateDnsName: "ip-127-0-0-1.ec2.internal",
    },
    availabilityZone: "us-east-1a",
    listeners: [],
    targetGroups: [],
    ...parts,
    attributes: {
      idleTimeoutSeconds: 60,
      clientKeepAliveSeconds: 3600,
      http2: true,
      dropInvalidHeaderFields: false,
      preserveHostHeader: false,
      xForwardedFor: "append",
      xForwardedForClientPort: false,
      tlsHeaders: false,
      desyncMitigation: "defensive",
      crossZone: true,
      accessLogs: true,
      ...parts.attributes,
    },
  };
}

export function groupOf(name: string, targets: readonly TargetSpec[], parts: Partial<TargetGroupSpec> = {}) {
  const group: TargetGroupSpec = {
    targetGroupArn: arn(`targetgroup/${name}/0123456789abcdef`),
    protocol: "HTTP",
    protocolVersion: "HTTP1",
    algorithm: "round_robin",
    slowStartSeconds: 0,
    proxyProtocol: false,
    targets,
    ...parts,
    healthCheck: {
      enabled: true,
      protocol: "HTTP",
      path: "/health",
      intervalSeconds: 1,
      // A target of a test is slow when the machine is; one that is to be found silent has its own.
      timeoutSeconds: 60,
      healthyThreshold: 2,
      unhealthyThreshold: 2,
      matcher: "200",
      ...parts.healthCheck,
    },
  };
  return group;
}

export function targetOf(port: number, parts: Partial<TargetSpec> = {}): TargetSpec {
  return { targetKey: `127.0.0.1:${port}`, address: "127.0.0.1", port, draining: false, ...parts };
}

export function forward(...groups: readonly (TargetGroupSpec | readonly [TargetGroupSpec, number])[]): RuleAction {
  const targetGroups = groups.map((each) => {
    const [group, weight] = "targetGroupArn" in each ? [each, 1] : each;
    return { targetGroupArn: group.targetGroupArn, weight };
  });
  return { type: "forward", targetGroups };
}

export type Authenticate = Extract<RuleAction, { type: "authenticate-oidc" }>;

/** By a provider as `startOidcProvider` gives it. */
export function authenticateBy(url: string, parts: Partial<Authenticate> = {}): Authenticate {
  return {
    ...{ type: "authenticate-oidc", issuer: url, authorizationEndpoint: `${url}/authorize?a=b` },
    ...{ tokenEndpoint: `${url}/token`, userInfoEndpoint: `${url}/userinfo` },
    ...{ clientId: "client", clientSecret: "secret", sessionCookieName: "AWSELBAuthSessionCookie" },
    ...{ sessionTimeoutSeconds: 3600, scope: "openid email", extraParams: { prompt: "login" } },
    onUnauthenticatedRequest: "authenticate",
    ...parts,
  };
}

const signing = generateKeyPairSync("ec", { namedCurve: "P-256" });
export const authenticationKeys: AuthenticationKeys = {
  signingKeyId: "12345678-1234-1234-1234-123456789012",
  signingKey: signing.privateKey.export({ type: "pkcs8", format: "pem" }) as string,
  sessionKey: Buffer.alloc(32, 7).toString("base64"),
};

export function ruleOf(priority: number, conditions: readonly RuleCondition[], action: RuleAction): RuleSpec {
  return {
    ruleArn: arn(`listener-rule/app/test/50dc6c495c0c9188/1/${priority}`),
    priority,
    conditions,
    actions: [action],
  };
}

/** With the action of the default rule, and rules before it. */
export function listenerOf(
  port: number,
  action: RuleAction,
  rules: readonly RuleSpec[] = [],
  parts: Partial<ListenerSpec> = {},
): ListenerSpec {
  const last = { ruleArn: arn("listener-rule/app/test/50dc6c495c0c9188/1/default"), conditions: [], actions: [action] };
  return {
    listenerArn: arn(`listener/app/test/50dc6c495c0c9188/${port}`),
    port,
    protocol: "HTTP",
    certificates: [],
    rules: [...rules, last],
    ...parts,
  };
}

export function text(messageBody: string, statusCode = "200", contentType = "text/plain"): RuleAction {
  return { type: "fixed-response", statusCode, contentType, messageBody };
}

/** A port of loopback that nobody has, nor gets: the kernel gives those who ask for any port one of higher ones. */
export function freePort(): Promise<number> {
  return until("a free port", async () => {
    const port = randomInt(10_000, 32_768);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once("error", () => resolve(false)).listen(port, "127.0.0.1", () => resolve(true));
    });
    if (!isFree) return undefined;
    await new Promise((resolve) => server.close(resolve));
    return port;
  });
}
