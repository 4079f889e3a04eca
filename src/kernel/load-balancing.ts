import type { ContainerPayload, TaskNetworkInterface } from "./agent-protocol.ts";

/**
 * What the control plane and the hosts' load balancer nodes say to each other. A node is a load balancer's presence in
 * one subnet: a network interface of that subnet with a proxy behind it, as Elastic Load Balancing has it. Names are
 * those of the ELBv2 API (`TargetGroupArn` becomes `targetGroupArn`). Plain data that replaces what was said before;
 * times are seconds where the API has seconds.
 */

/** All the nodes that a host runs. It replaces the message before it: what is not named is removed. */
export interface LoadBalancersMessage {
  readonly messageId: string;
  readonly seqNum: number;
  readonly nodes: readonly LoadBalancerNode[];
}

export interface LoadBalancerNode {
  /** Unique, stable, `[a-z0-9-]`, at most 60 characters: names the node's sandbox and its folder. */
  readonly nodeId: string;
  readonly loadBalancerArn: string;
  /** Names this state of the node's specification, whatever message brings it: `NodeStateMessage` gives it back. */
  readonly version: string;
  readonly type: "application" | "network";
  /** It is the proxy of this task, for Service Connect: in the task's sandbox, with the task's interface. */
  readonly taskArn?: string;
  /** Where the output of a task's proxy goes; absent: nobody keeps it. */
  readonly logConfiguration?: ContainerPayload["logConfiguration"];
  readonly networkInterface: TaskNetworkInterface;
  readonly availabilityZone: string;
  readonly attributes: LoadBalancerAttributes;
  readonly listeners: readonly ListenerSpec[];
  /** Those that the listeners' actions name, each once. */
  readonly targetGroups: readonly TargetGroupSpec[];
  /** Where a rule authenticates users. */
  readonly authentication?: AuthenticationKeys;
}

/** Secrets of a load balancer, as private keys of certificates are; the same on all of its nodes. */
export interface AuthenticationKeys {
  /** Names the public key to those who check what users claim. */
  readonly signingKeyId: string;
  /** A private key on the curve P-256, PEM. */
  readonly signingKey: string;
  /** 32 bytes in base64, from which the keys of sessions are made. */
  readonly sessionKey: string;
}

export interface LoadBalancerAttributes {
  /** `idle_timeout.timeout_seconds` and `client_keep_alive.seconds`. */
  readonly idleTimeoutSeconds: number;
  readonly clientKeepAliveSeconds: number;
  readonly http2: boolean;
  readonly dropInvalidHeaderFields: boolean;
  readonly preserveHostHeader: boolean;
  readonly xForwardedFor: "append" | "preserve" | "remove";
  readonly xForwardedForClientPort: boolean;
  /** `routing.http.x_amzn_tls_version_and_cipher_suite.enabled` */
  readonly tlsHeaders: boolean;
  readonly desyncMitigation: "monitor" | "defensive" | "strictest";
  /** Without it the control plane leaves targets of other zones out of the node's groups. */
  readonly crossZone: boolean;
  /** Whether the node tells of each request and connection; without it of times alone, and of many requests of some. */
  readonly accessLogs: boolean;
  /** How a task's proxy tells of them: in the words of Service Connect. */
  readonly connectLog?: ConnectLogFormat;
}

/** `accessLogConfiguration` */
export interface ConnectLogFormat {
  readonly format: "TEXT" | "JSON";
  readonly includeQuery: boolean;
}

/** The container of a task's proxy, as logs name it. */
export const connectProxyName = "ecs-service-connect-agent";

export interface ListenerSpec {
  readonly listenerArn: string;
  /** The address that it listens at; by default every one of the node. */
  readonly address?: string;
  readonly port: number;
  /** Of a task's proxy: the port that it binds in its place, for a container may have the other one. */
  readonly boundPort?: number;
  /** How long a client may be silent; by default as long as the load balancer's idle timeout. */
  readonly idleTimeoutSeconds?: number;
  readonly protocol: "HTTP" | "HTTPS" | "TCP" | "TLS";
  /** `ELBSecurityPolicy-...`, with HTTPS and TLS. */
  readonly sslPolicy?: string;
  /** With HTTPS and TLS, the default one first; others are chosen by SNI. */
  readonly certificates: readonly CertificateSpec[];
  /** By ascending priority; the default action's rule, which has no conditions, is the last. */
  readonly rules: readonly RuleSpec[];
}

/** A secret: kept in memory and in files of mode 0600 only, never logged. PEM. */
export interface CertificateSpec {
  readonly certificateArn: string;
  readonly certificate: string;
  readonly privateKey: string;
  readonly certificateChain?: string;
  /** Host names that it is for; may begin with `*.`. */
  readonly names: readonly string[];
}

export interface RuleSpec {
  readonly ruleArn: string;
  /** For access logs; absent with the default action. */
  readonly priority?: number;
  /** All must hold. */
  readonly conditions: readonly RuleCondition[];
  /** In order: authentication first, a forward, redirect or fixed response last. */
  readonly actions: readonly RuleAction[];
}

/** One value suffices. `values` have ELB's wildcards `*` and `?`; `regexValues` are regular expressions. */
export type RuleCondition =
  | { readonly field: "host-header"; readonly values: readonly string[]; readonly regexValues?: readonly string[] }
  | { readonly field: "path-pattern"; readonly values: readonly string[]; readonly regexValues?: readonly string[] }
  | {
      readonly field: "http-header";
      readonly httpHeaderName: string;
      readonly values: readonly string[];
      readonly regexValues?: readonly string[];
      /** Without wildcards, capitals count. */
      readonly exactValues?: readonly string[];
    }
  | { readonly field: "http-request-method"; readonly values: readonly string[] }
  | { readonly field: "query-string"; readonly pairs: readonly { readonly key?: string; readonly value: string }[] }
  | { readonly field: "source-ip"; readonly values: readonly string[] };

export type RuleAction =
  | {
      readonly type: "authenticate-oidc";
      readonly issuer: string;
      readonly authorizationEndpoint: string;
      readonly tokenEndpoint: string;
      readonly userInfoEndpoint: string;
      readonly clientId: string;
      /** A secret: kept in memory only, never logged. */
      readonly clientSecret: string;
      readonly sessionCookieName: string;
      readonly sessionTimeoutSeconds: number;
      readonly scope: string;
      /** Sent to the authorization endpoint besides. */
      readonly extraParams: Readonly<Record<string, string>>;
      readonly onUnauthenticatedRequest: "deny" | "allow" | "authenticate";
    }
  | {
      readonly type: "forward";
      readonly targetGroups: readonly { readonly targetGroupArn: string; readonly weight: number }[];
      /** Clients stay with the group that they were sent to first. */
      readonly groupStickinessSeconds?: number;
    }
  | {
      readonly type: "redirect";
      /** With ELB's placeholders: `#{protocol}`, `#{host}`, `#{port}`, `#{path}`, `#{query}`. */
      readonly protocol: string;
      readonly host: string;
      readonly port: string;
      readonly path: string;
      readonly query: string;
      readonly statusCode: "HTTP_301" | "HTTP_302";
    }
  | {
      readonly type: "fixed-response";
      readonly statusCode: string;
      readonly contentType?: string;
      readonly messageBody?: string;
    };

export interface TargetGroupSpec {
  readonly targetGroupArn: string;
  readonly protocol: "HTTP" | "HTTPS" | "TCP" | "TLS";
  readonly protocolVersion: "HTTP1" | "HTTP2" | "GRPC";
  readonly algorithm: "round_robin" | "least_outstanding_requests" | "weighted_random";
  /** 0: none. */
  readonly slowStartSeconds: number;
  readonly stickiness?:
    | { readonly type: "lb_cookie"; readonly seconds: number }
    | { readonly type: "app_cookie"; readonly cookieName: string; readonly seconds: number }
    | { readonly type: "source_ip" };
  /** How long a target may be silent; by default as long as the load balancer's idle timeout. */
  readonly serverTimeoutSeconds?: number;
  /** How long an upgraded connection, or one of TCP, may be silent; by default as long as `serverTimeoutSeconds`. */
  readonly tunnelTimeoutSeconds?: number;
  /** `proxy_protocol_v2.enabled` */
  readonly proxyProtocol: boolean;
  /** Of network load balancers; by default connections to a target that is unhealthy end, and no others. */
  readonly endsConnections?: EndsConnections;
  readonly healthCheck: TargetHealthCheck;
  /** Without health checks: targets that connections fail with are left alone for a while; by default none is. */
  readonly outlierDetection?: OutlierDetection;
  /** With HTTP: requests wait so long for a healthy target while there is none; by default not at all. */
  readonly holdSeconds?: number;
  readonly targets: readonly TargetSpec[];
}

/**
 * So many failed connections within so many seconds eject a target for the shortest time, the next one for twice that,
 * and so on to the longest. Where all targets of a group are ejected, all are used.
 */
export interface OutlierDetection {
  readonly failures: number;
  readonly withinSeconds: number;
  readonly shortestSeconds: number;
  readonly longestSeconds: number;
}

/** When the connections to a target end though neither side has ended them. */
export interface EndsConnections {
  /**
   * So long after the target has become unhealthy, if others are healthy; absent: never. Until then it is
   * `unhealthy.draining`. `target_health_state.unhealthy.connection_termination.enabled` and, where that is `false`,
   * `target_health_state.unhealthy.draining_interval_seconds`.
   */
  readonly unhealthySeconds?: number;
  /** When the target is left out: `deregistration_delay.connection_termination.enabled`. */
  readonly deregistered: boolean;
}

export interface TargetHealthCheck {
  readonly enabled: boolean;
  readonly protocol: "HTTP" | "HTTPS" | "TCP";
  /** `traffic-port` is resolved: absent means the target's own. */
  readonly port?: number;
  readonly path: string;
  readonly intervalSeconds: number;
  readonly timeoutSeconds: number;
  readonly healthyThreshold: number;
  readonly unhealthyThreshold: number;
  /** `200`, `200,202`, `200-299`; with GRPC a list of gRPC codes. */
  readonly matcher: string;
}

export interface TargetSpec {
  /** `ID:PORT` as the target group knows it; unique in the group. */
  readonly targetKey: string;
  /** Absent: it is a port of the host that the node is on, of a task on one of its container instances. */
  readonly address?: string;
  readonly port: number;
  /** It is spoken to with TLS, and must show a certificate of this authority (PEM) for this name. */
  readonly tls?: { readonly authority: string; readonly name: string };
  /** Deregistered: what is under way may end, nothing new is sent. It is left out when the delay has passed. */
  readonly draining: boolean;
}

/** Health as a node's checks see it; the states and reasons of DescribeTargetHealth. Sent when something changed. */
export interface TargetHealthMessage {
  readonly nodeId: string;
  /** Every target of the node, each once. */
  readonly targets: readonly TargetHealthReport[];
}

export interface TargetHealthReport {
  readonly targetGroupArn: string;
  readonly targetKey: string;
  readonly state: "initial" | "healthy" | "unhealthy" | "unhealthy.draining";
  /**
   * `Elb.RegistrationInProgress`, `Elb.InitialHealthChecking`, `Target.ResponseCodeMismatch`, `Target.Timeout`,
   * `Target.FailedHealthChecks`; none when healthy.
   */
  readonly reason?: string;
  /** `Health checks failed with these codes: [503]` */
  readonly description?: string;
  readonly since: number;
}

/** What a node has applied: traffic follows this version of what the host was told. */
export interface NodeStateMessage {
  readonly nodeId: string;
  readonly seqNum: number;
  /** `LoadBalancerNode.version` of what the node has applied. */
  readonly version: string;
  readonly state: "provisioning" | "active" | "failed";
  /** Why it failed, for people. */
  readonly reason?: string;
}

/** Requests wait at a node for a healthy target of a group (`holdSeconds`). Sent every few seconds while they do. */
export interface HeldRequestsMessage {
  readonly nodeId: string;
  readonly targetGroupArn: string;
}

/** One request or connection that a node has answered, for access logs and metrics. Times are milliseconds. */
export interface AccessRecord {
  readonly nodeId: string;
  /** It is the proxy of this task. */
  readonly taskArn?: string;
  readonly listenerArn: string;
  /** When it began. */
  readonly time: number;
  /** In the format of the load balancer's access log, or in that of Service Connect; empty: there is no such log. */
  readonly line: string;
  /** How many requests it stands for, where not each is told of; by default itself alone. */
  readonly standsFor?: number;
  readonly targetGroupArn?: string;
  /** What the load balancer answered, and what the target did. */
  readonly elbStatusCode?: number;
  readonly targetStatusCode?: number;
  readonly targetResponseMs?: number;
  readonly receivedBytes: number;
  readonly sentBytes: number;
}

/** By the first digit of the status code. */
export type ResponseClass = "2xx" | "3xx" | "4xx" | "5xx";
export type ResponseCounts = Readonly<Record<ResponseClass, number>>;

/** What a node has done in an interval, as counts if not said otherwise. Times are milliseconds since the epoch. */
export interface TrafficMessage {
  readonly nodeId: string;
  /** It is the proxy of this task. */
  readonly taskArn?: string;
  readonly from: number;
  readonly to: number;
  readonly listeners: readonly ListenerTraffic[];
  /** All of the node's. */
  readonly targetGroups: readonly TargetGroupTraffic[];
  readonly ownAnswers: OwnAnswers;
  /** Where a rule of the node authenticates users. */
  readonly authentication?: AuthenticationTraffic;
}

/** How logins ended, by the metrics that count them, and how long providers were asked for each. */
export interface AuthenticationTraffic {
  readonly counts: Readonly<Record<AuthenticationOutcome, number>>;
  readonly latenciesMs: readonly number[];
}

export type AuthenticationOutcome =
  | "ELBAuthSuccess"
  | "ELBAuthFailure"
  | "ELBAuthError"
  | "ELBAuthRefreshTokenSuccess"
  | "ELBAuthUserClaimsSizeExceeded";

/** What clients were answered by the node itself: by status, and fixed responses whatever their status. */
export type OwnAnswers = Readonly<Record<"500" | "502" | "503" | "504" | "fixed", number>>;

export type ResettingSide = "client" | "target";

export interface ListenerTraffic {
  readonly listenerArn: string;
  readonly protocol: ListenerSpec["protocol"];
  readonly newConnections: number;
  /** At the end of the interval. */
  readonly activeConnections: number;
  /** Of TLS, that did not succeed. */
  readonly failedHandshakes: number;
  /** Connections of TCP and TLS that one side has reset. */
  readonly resets: Readonly<Record<ResettingSide, number>>;
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** What clients were answered, by targets or by the node itself. */
  readonly responses: ResponseCounts;
}

export interface TargetGroupTraffic {
  readonly targetGroupArn: string;
  readonly protocolVersion: TargetGroupSpec["protocolVersion"];
  /** For which a target was chosen; of TCP and TLS connections. */
  readonly requests: number;
  readonly newConnections: number;
  /** At the end of the interval, those that rest too. */
  readonly activeConnections: number;
  readonly connectionErrors: number;
  /** Of TLS, those of health checks too. */
  readonly failedHandshakes: number;
  /** From clients to targets, and back. */
  readonly receivedBytes: number;
  readonly sentBytes: number;
  /** What targets have answered. */
  readonly responses: ResponseCounts;
}

/** The host's end towards the control plane, beside `AgentEndpoint`. */
export interface LoadBalancingEndpoint {
  publishTargetHealth(message: TargetHealthMessage): Promise<void>;
  submitNodeState(message: NodeStateMessage): Promise<void>;
  publishHeldRequests(message: HeldRequestsMessage): Promise<void>;
  /** In batches; may be called often. */
  publishAccess(records: readonly AccessRecord[]): Promise<void>;
  /** Once an interval. */
  publishTraffic(message: TrafficMessage): Promise<void>;
}
