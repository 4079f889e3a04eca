import type { Operations } from "#generated/organizations/types.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import { accountKey, accounts } from "#services/iam/model.ts";
import { organizationIds, organizationsArn } from "./model.ts";

/** "Actions, resources, and condition keys for AWS Organizations" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  CreateAccount: {
    requestTags: ({ Tags }) => tagsOf(Tags),
    // Its number is not known before it is made.
    also: ({ Tags }, scope) =>
      Tags?.length
        ? [{ action: "organizations:TagResource", resource: accountArn(scope, "*"), requestTags: tagsOf(Tags) }]
        : [],
  },
  DescribeAccount: { resources: ({ AccountId }, scope) => [accountArn(scope, AccountId)] },
  DescribeCreateAccountStatus: {},
  DescribeOrganization: {},
  ListAccounts: {},
  ListCreateAccountStatus: {},
  ListParents: { resources: ({ ChildId }, scope) => [accountArn(scope, ChildId)] },
  ListRoots: {},
  ListTagsForResource: { resources: ({ ResourceId }, scope) => [accountArn(scope, ResourceId)] },
  TagResource: {
    resources: ({ ResourceId }, scope) => [accountArn(scope, ResourceId)],
    requestTags: ({ Tags }) => tagsOf(Tags),
  },
  UntagResource: {
    resources: ({ ResourceId }, scope) => [accountArn(scope, ResourceId)],
    tagKeys: ({ TagKeys }) => TagKeys,
  },
};

export const organizationsAuthorization: ServiceAuthorization = {
  prefix: "organizations",
  operations,
  resourceTags: (arn, { store }) => {
    const account = arn.slice(arn.lastIndexOf("/") + 1);
    return tagsOf(store.view(accounts).get(accountKey(account))?.value.tags);
  },
};

/** The caller's account is the management account, or the handler refuses. */
function accountArn({ partition, account }: AuthorizationScope, id: string): string {
  return organizationsArn(partition, account, `account/${organizationIds(account).organizationId}/${id}`);
}
