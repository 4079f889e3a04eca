import type { Operations } from "#generated/cloudtrail/types.ts";
import { parseArn } from "#kernel/arn.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  passRole,
  type Requirement,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import { trailArn, trailKey, trails } from "./model.ts";
import { trailsIn } from "./request/find.ts";

const onNamed = {
  resources: ({ Name }: { readonly Name: string }, scope: AuthorizationScope) => [arnOf(Name, scope)],
};
const onSelectors = {
  resources: ({ TrailName }: { readonly TrailName: string }, scope: AuthorizationScope) => [arnOf(TrailName, scope)],
};
const onTagged = { resources: ({ ResourceId }: { readonly ResourceId: string }) => [ResourceId] };

/** "Actions, resources, and condition keys for AWS CloudTrail" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  AddTags: { ...onTagged, requestTags: ({ TagsList }) => tagsOf(TagsList) },
  CreateTrail: {
    ...onNamed,
    requestTags: ({ TagsList }) => tagsOf(TagsList),
    also: (input, scope) => [
      ...passingRole(input.CloudWatchLogsRoleArn),
      ...(input.TagsList?.length
        ? [
            {
              action: "cloudtrail:AddTags",
              resource: arnOf(input.Name, scope),
              requestTags: tagsOf(input.TagsList),
            },
          ]
        : []),
    ],
  },
  DeleteTrail: onNamed,
  DescribeTrails: {},
  GetEventSelectors: onSelectors,
  GetTrail: onNamed,
  GetTrailStatus: onNamed,
  ListTags: { resources: ({ ResourceIdList }) => ResourceIdList },
  ListTrails: {},
  LookupEvents: {},
  PutEventSelectors: onSelectors,
  RemoveTags: { ...onTagged, tagKeys: ({ TagsList }) => TagsList.map(({ Key }) => Key) },
  StartLogging: onNamed,
  StopLogging: onNamed,
  UpdateTrail: { ...onNamed, also: ({ CloudWatchLogsRoleArn }) => passingRole(CloudWatchLogsRoleArn) },
};

export const cloudtrailAuthorization: ServiceAuthorization = {
  prefix: "cloudtrail",
  operations,
  resourceTags: (text, { store }) => {
    const arn = parseArn(text);
    const name = arn?.resource.split("/")[1];
    return arn && name !== undefined ? store.view(trails).get(trailKey(arn, name))?.value.tags : undefined;
  },
};

/** Of a trail that is not there, the ARN that it would have in the region. */
function arnOf(nameOrArn: string, scope: AuthorizationScope): string {
  if (nameOrArn.startsWith("arn:")) return nameOrArn;
  const known = trailsIn(scope, true).find(({ value }) => value.name === nameOrArn)?.value;
  return trailArn(known ?? { account: scope.account, region: scope.region, name: nameOrArn });
}

function passingRole(roleArn: string | undefined): Requirement[] {
  return roleArn === undefined ? [] : [passRole(roleArn, "cloudtrail.amazonaws.com")];
}
