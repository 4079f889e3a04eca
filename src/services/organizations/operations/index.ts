import type { Operations } from "#generated/organizations/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { OrganizationsParts } from "../organization.ts";
import { createAccount } from "./create-account.ts";
import { describeAccount } from "./describe-account.ts";
import { describeCreateAccountStatus } from "./describe-create-account-status.ts";
import { describeOrganization } from "./describe-organization.ts";
import { listAccounts } from "./list-accounts.ts";
import { listCreateAccountStatus } from "./list-create-account-status.ts";
import { listParents } from "./list-parents.ts";
import { listRoots } from "./list-roots.ts";
import { listTagsForResource } from "./list-tags-for-resource.ts";
import { tagResource } from "./tag-resource.ts";
import { untagResource } from "./untag-resource.ts";

/** Every operation of Organizations that there is. */
export function createOperations(parts: OrganizationsParts) {
  return {
    CreateAccount: createAccount(parts),
    DescribeAccount: describeAccount(parts),
    DescribeCreateAccountStatus: describeCreateAccountStatus(parts),
    DescribeOrganization: describeOrganization(parts),
    ListAccounts: listAccounts(parts),
    ListCreateAccountStatus: listCreateAccountStatus(parts),
    ListParents: listParents(parts),
    ListRoots: listRoots(parts),
    ListTagsForResource: listTagsForResource(parts),
    TagResource: tagResource(parts),
    UntagResource: untagResource(parts),
  } satisfies Handlers<Operations>;
}
