import { parseArn } from "#kernel/arn.ts";
import type { AuditRecord, AuditResource } from "#kernel/audit.ts";
import type { Caller } from "#kernel/handler.ts";
import type { Operation, Shape } from "#wire/model.ts";
import type { Origin } from "../authorize/request-keys.ts";
import { shown } from "./shown.ts";
import { userIdentityOf } from "./user-identity.ts";

/** A call that has been answered. */
export interface AnsweredCall {
  /** Milliseconds since the epoch. */
  readonly now: number;
  readonly requestId: string;
  /** Unique; of the record, not of the request. */
  readonly eventId: string;
  readonly operation: Operation;
  readonly caller: Caller;
  readonly account: string;
  readonly region: string;
  readonly origin: Origin;
  /** Absent when it could not be read. */
  readonly input: unknown;
  readonly bodyBytes: number;
  /** ARNs of the resources that IAM was asked about. */
  readonly resources: readonly string[];
  readonly output?: unknown;
  /** How long the answer was, where that is known. */
  readonly answerCharacters?: number;
  readonly fault?: { readonly code: string; readonly message: string };
}

/** CloudTrail cuts what is larger. */
const mostCharacters = 100_000;
const mostMessageCharacters = 1024;
/** What is no longer than this in a protocol is surely not too large in JSON: the most comes of short secrets. */
const surelyShort = mostCharacters / 40;

/** The services whose events, wherever the call was made, belong to one region. */
const globalServices = new Set(["iam"]);

/**
 * What CloudTrail takes for data events, or does not see at all, by the service. Its event history has none of them,
 * and programs make so many that they would push out of the files what somebody has to account for. ("Logging
 * CloudWatch API calls": data plane events; "Logging data events": AWS::Events::EventBus; "CloudWatch Logs information
 * in CloudTrail", which does not list PutLogEvents; "Logging AWS Cloud Map API calls".)
 */
const dataEvents: Readonly<Record<string, ReadonlySet<string>>> = {
  cloudwatch: new Set(["GetMetricData", "GetMetricWidgetImage", "PutMetricData"]),
  events: new Set(["PutEvents"]),
  logs: new Set(["PutLogEvents"]),
  servicediscovery: new Set(["DiscoverInstances", "DiscoverInstancesRevision"]),
};

/** Whether a call of the operation has a place in the audit trail. */
export function isManagementEvent({ name, service }: Operation): boolean {
  return !dataEvents[service.name]?.has(name);
}

/** Pure: the record of the call, without its secrets. */
export function auditRecord(call: AnsweredCall): AuditRecord {
  const { operation, fault, bodyBytes } = call;
  const { name: service, signingName } = operation.service;
  const readOnly = isReadOnly(service, operation.name);
  const tooLarge = bodyBytes > mostCharacters;
  return recordOf(call, {
    ...{ signingName, name: operation.name, readOnly, resources: call.resources.flatMap(resourceOf) },
    region: globalServices.has(service) ? "us-east-1" : call.region,
    parameters: tooLarge ? omitted(bodyBytes) : element(operation.input, call.input, bodyBytes <= surelyShort),
    elements:
      fault || (readOnly && service !== "sts")
        ? null
        : element(operation.output, call.output, (call.answerCharacters ?? mostCharacters) <= surelyShort),
  });
}

/** A call that changes something and is no operation of AWS. It has no secrets. */
export interface OwnCall extends Pick<AnsweredCall, WhoAndWhen> {
  readonly signingName: string;
  readonly name: string;
  /** Plain data, both; the answer is absent when there was a fault. */
  readonly question: object;
  readonly answer?: object;
}

/** Pure: the record of such a call, as if it were an operation. */
export function ownAuditRecord(call: OwnCall): AuditRecord {
  const plain = (value: object) => {
    const size = JSON.stringify(value).length;
    return size > mostCharacters ? omitted(size) : value;
  };
  const { signingName, name, region, question, answer } = call;
  return recordOf(call, {
    ...{ signingName, name, region, readOnly: false, resources: [] },
    ...{ parameters: plain(question), elements: answer === undefined ? null : plain(answer) },
  });
}

type WhoAndWhen = "now" | "requestId" | "eventId" | "caller" | "account" | "region" | "origin" | "fault";

interface Recorded {
  readonly signingName: string;
  readonly name: string;
  readonly region: string;
  readonly readOnly: boolean;
  readonly resources: readonly AuditResource[];
  readonly parameters: unknown;
  readonly elements: unknown;
}

function recordOf(
  { now, caller, origin, fault, requestId, eventId, account }: Pick<AnsweredCall, WhoAndWhen>,
  { signingName, name, region, readOnly, resources, parameters, elements }: Recorded,
): AuditRecord {
  return {
    eventVersion: "1.11",
    userIdentity: userIdentityOf(caller),
    eventTime: `${new Date(now).toISOString().slice(0, 19)}Z`,
    eventSource: `${signingName}.amazonaws.com`,
    eventName: name,
    awsRegion: region,
    sourceIPAddress: origin.sourceIp ?? "AWS Internal",
    userAgent: (origin.userAgent ?? "").slice(0, mostMessageCharacters),
    requestParameters: parameters,
    responseElements: elements,
    requestID: requestId,
    eventID: eventId,
    readOnly,
    eventType: "AwsApiCall",
    managementEvent: true,
    recipientAccountId: account,
    eventCategory: "Management",
    ...(resources.length > 0 && { resources }),
    ...(fault && { errorCode: fault.code, errorMessage: fault.message.slice(0, mostMessageCharacters) }),
  };
}

/** Null stands for nothing, as in CloudTrail. */
function element(shape: Shape | undefined, value: unknown, isShort: boolean): unknown {
  const plain = shape === undefined ? undefined : shown(shape, value);
  if (plain === undefined || Object.keys(plain as object).length === 0) return null;
  if (isShort) return plain;
  const size = JSON.stringify(plain).length;
  return size > mostCharacters ? omitted(size) : plain;
}

function omitted(originalSize: number) {
  return { omitted: true, originalSize, reason: "too large" };
}

const readingVerbs = [
  ...["Describe", "Get", "List", "Lookup", "Check", "Filter", "Search", "Simulate", "Validate", "Test", "Discover"],
  ...["BatchGet", "BatchCheck", "BatchDescribe", "StartLiveTail"],
];
const reading = new RegExp(`^(${readingVerbs.join("|")})`);
/** Verbs of KMS that change no key. */
const cryptographic = /^(Encrypt|Decrypt|ReEncrypt|Generate|Sign|Verify|DeriveSharedSecret)/;

function isReadOnly(service: string, operation: string): boolean {
  return service === "sts" || reading.test(operation) || (service === "kms" && cryptographic.test(operation));
}

const namespaces: Readonly<Record<string, string>> = {
  ...{ cloudtrail: "CloudTrail", ec2: "EC2", ecr: "ECR", ecs: "ECS", elasticloadbalancing: "ElasticLoadBalancingV2" },
  ...{ iam: "IAM", kms: "KMS", logs: "Logs", secretsmanager: "SecretsManager", ssm: "SSM", sts: "STS" },
};
const capitals: Readonly<Record<string, string>> = { vpc: "VPC", natgateway: "NatGateway", "elastic-ip": "EIP" };

/** Patterns, which stand for what is still to be made, are left out. */
function resourceOf(text: string): AuditResource[] {
  const arn = /[*?]/.test(text) ? undefined : parseArn(text);
  if (arn === undefined) return [];
  const type = typeOf(arn.service, arn.resource);
  return [{ ARN: text, ...(arn.account && { accountId: arn.account }), ...(type !== undefined && { type }) }];
}

function typeOf(service: string, resource: string): string | undefined {
  const namespace = namespaces[service];
  if (namespace === undefined) return undefined;
  const end = resource.search(/[/:]/);
  const kind = end === -1 ? resource : resource.slice(0, end);
  const words = () => kind.split("-").map((word) => word.charAt(0).toUpperCase() + word.slice(1));
  return `AWS::${namespace}::${capitals[kind] ?? words().join("")}`;
}
