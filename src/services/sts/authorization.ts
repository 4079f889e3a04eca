import type { Operations } from "#generated/sts/types.ts";
import { parseArn } from "#kernel/arn.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type ConditionKeys,
  type Requirement,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import type { Caller } from "#kernel/handler.ts";
import { roleOfArn, trustPolicyOf } from "#services/iam/model.ts";
import type { SecondFactorCheck } from "./parts.ts";

/** "Actions, resources, and condition keys for AWS Security Token Service" (Service Authorization Reference). */
const operationsOf = (secondFactor: SecondFactorCheck): AuthorizationTable<Operations> => ({
  AssumeRole: {
    // What is no ARN is for the handler to refuse.
    resources: ({ RoleArn }) => (parseArn(RoleArn)?.resource ? [RoleArn] : []),
    requestTags: ({ Tags }) => tagsOf(Tags),
    conditionKeys: (input, scope) => ({
      ...sessionKeys(input, scope.caller),
      ...secondFactorKeys(input, scope, secondFactor),
      "sts:ExternalId": input.ExternalId,
      "sts:TransitiveTagKeys": input.TransitiveTagKeys,
    }),
    also: (input, { caller }) => {
      const conditionKeys = { ...sessionKeys(input, caller), "sts:TransitiveTagKeys": input.TransitiveTagKeys };
      const isTagged = (input.Tags ?? []).length > 0 || (caller.session?.transitiveTagKeys ?? []).length > 0;
      const further: Requirement[] = [];
      if (isTagged) {
        const requestTags = tagsOf(input.Tags);
        further.push({ action: "sts:TagSession", resource: input.RoleArn, requestTags, conditionKeys });
      }
      // One that the calling session has goes on to the next, which takes the same right ("Role chaining").
      if (conditionKeys["sts:SourceIdentity"] !== undefined) {
        further.push({ action: "sts:SetSourceIdentity", resource: input.RoleArn, conditionKeys });
      }
      return further;
    },
  },
  // Nobody signs them; the handlers ask the role's trust policy about the assertion or the token.
  AssumeRoleWithSAML: { free: true },
  AssumeRoleWithWebIdentity: { free: true },
  DecodeAuthorizationMessage: {},
  GetAccessKeyInfo: {},
  GetCallerIdentity: { free: true },
  GetFederationToken: {
    resources: (input, scope) => [federatedUserArn(input, scope)],
    requestTags: ({ Tags }) => tagsOf(Tags),
    // "Passing session tags in AWS STS": whoever might choose its session's tags would be what it says that it is.
    also: (input, scope) => {
      const requestTags = tagsOf(input.Tags);
      const resource = federatedUserArn(input, scope);
      return input.Tags?.length ? [{ action: "sts:TagSession", resource, requestTags }] : [];
    },
  },
  GetSessionToken: { free: true },
});

function federatedUserArn({ Name }: { readonly Name: string }, { partition, account }: AuthorizationScope): string {
  return `arn:${partition}:sts::${account}:federated-user/${Name}`;
}

export function createAuthorization(secondFactor: SecondFactorCheck): ServiceAuthorization {
  return {
    prefix: "sts",
    operations: operationsOf(secondFactor),
    resourceTags: (arn, { store }) => tagsOf(roleOfArn(store, arn)?.tags),
    resourcePolicy: (arn, { store }) => {
      const role = roleOfArn(store, arn);
      return role && trustPolicyOf(store, role);
    },
    resourcePolicyRequired: (action) => /^sts:(AssumeRole|TagSession|SetSourceIdentity)$/.test(action),
  };
}

/** A role that asks for a second factor sees the one that comes with the request. */
function secondFactorKeys(
  { SerialNumber, TokenCode }: { readonly SerialNumber?: string; readonly TokenCode?: string },
  { store, caller }: AuthorizationScope,
  secondFactor: SecondFactorCheck,
): ConditionKeys {
  if (SerialNumber === undefined || TokenCode === undefined) return {};
  if (secondFactor.check(store, caller, SerialNumber, TokenCode) === undefined) return {};
  return { "aws:MultiFactorAuthPresent": "true", "aws:MultiFactorAuthAge": "0" };
}

interface SessionInput {
  readonly RoleSessionName: string;
  readonly SourceIdentity?: string;
}

function sessionKeys({ RoleSessionName, SourceIdentity }: SessionInput, { session }: Caller) {
  return {
    "sts:RoleSessionName": RoleSessionName,
    "sts:SourceIdentity": SourceIdentity ?? session?.sourceIdentity,
  };
}
