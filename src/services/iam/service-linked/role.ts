import type { RequestContext } from "#kernel/handler.ts";
import { iamArn, type RoleRecord, uniqueId } from "../model.ts";
import { now } from "../request/handler.ts";
import { type LinkedService, linkedPolicyArn } from "./services.ts";

const sessionSeconds = 3600;

/** What a service-linked role is made from. */
export interface LinkedRoleParts {
  readonly account: string;
  readonly partition: string;
  /** The principal of the service: `ecs.amazonaws.com`. */
  readonly serviceName: string;
  readonly service: LinkedService;
  readonly suffix?: string | undefined;
  readonly description?: string | undefined;
}

/** The role of a service in an account, as the service itself makes it. */
export function linkedRole(
  { account, partition, serviceName, service, suffix, description = service.description }: LinkedRoleParts,
  source: Pick<RequestContext, "clock" | "random">,
): RoleRecord {
  const roleName = suffix === undefined ? service.roleName : `${service.roleName}_${suffix}`;
  const path = `/aws-service-role/${serviceName}/`;
  return {
    account,
    roleName,
    roleId: uniqueId(source.random, "AROA"),
    path,
    arn: iamArn({ account, partition }, "role", path, roleName),
    createdAt: now(source),
    assumeRolePolicyDocument: trustPolicy(serviceName),
    ...(description !== undefined && { description }),
    maxSessionDuration: sessionSeconds,
    tags: [],
    inlinePolicies: [],
    attachedPolicies: [linkedPolicyArn(partition, service)],
    serviceName,
  };
}

function trustPolicy(service: string): string {
  const statement = { Action: ["sts:AssumeRole"], Effect: "Allow", Principal: { Service: [service] } };
  return JSON.stringify({ Version: "2012-10-17", Statement: [statement] });
}
