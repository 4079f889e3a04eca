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

/** Pure: the record of the call, without its secrets. */
export function auditRecord(call: AnsweredCall): AuditRecord {
  const { operation, origin, fault, account, region } = call;
  const { name: service, signingName } = operation.service;
  const readOnly = isReadOnly(service, operation.name);
  const resources = call.resources.flatMap(resourceOf);
  return {
    eventVersion: "1.11",
    userIdentity: userIdentityOf(call.caller),
    eventTime: `${new Date(call.now).toISOString().slice(0, 19)}Z`,
    eventSource: `${signingName}.amazonaws.com`,
    eventName: operation.name,
    awsRegion: globalServices.has(service) ? "us-east-1" : region,
    sourceIPAddress: origin.sourceIp ?? "AWS Internal",
    userAgent: (origin.userAgent ?? "").slice(0, mostMessageCharacters),
    ...(fault && { errorCode: fault.code, errorMessage: fault.message.slice(0, mostMessageCharacters) }),
    requestParameters:
      call.bodyBytes > mostCharacters
        ? omitted(call.bodyBytes)
        : element(operation.input, call.input, call.bodyBytes <= surelyShort),
    responseElements:
      fault || (readOnly && service !== "sts")
        ? null
        : element(operation.output, call.output, (call.answerCharacters ?? mostCharacters) <= surelyShort),
    ...{ requestID: call.requestId, eventID: call.eventId, readOnly },
    ...(resources.length > 0 && { resources }),
    ...{ eventType: "AwsApiCall", managementEvent: true, recipientAccountId: account, eventCategory: "Management" },
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
  const words = () => kind.replaceAll(/(?:^|-)(.?)/g, (_, first: string) => first.toUpperCase());
  return `AWS::${namespace}::${capitals[kind] ?? words()}`;
}
