import type { Operations } from "#generated/servicediscovery/types.ts";
import {
  type AuthorizationScope,
  type AuthorizationTable,
  type ServiceAuthorization,
  tagsOf,
} from "#kernel/authorization.ts";
import { locate, namespaceArn, serviceArn } from "./model.ts";
import { namespaceIfAny, serviceIfAny } from "./request/find.ts";

const onNamespace = {
  resources: ({ Id }: { readonly Id: string }, scope: AuthorizationScope) => [arnOf(Id, "namespace", scope)],
};
const onService = {
  resources: ({ Id }: { readonly Id: string }, scope: AuthorizationScope) => [arnOf(Id, "service", scope)],
};
const onServiceById = {
  resources: ({ ServiceId }: InstanceInput, scope: AuthorizationScope) => [arnOf(ServiceId, "service", scope)],
};
/** Actions that policies restrict by the service's ARN in a condition. */
const byService = {
  conditionKeys: ({ ServiceId }: InstanceInput, scope: AuthorizationScope) => ({
    "servicediscovery:ServiceArn": arnOf(ServiceId, "service", scope),
  }),
};
const byNames = {
  conditionKeys: ({ NamespaceName, ServiceName }: Operations["DiscoverInstancesRevision"]["input"]) => ({
    "servicediscovery:NamespaceName": NamespaceName,
    "servicediscovery:ServiceName": ServiceName,
  }),
};
const tagged = { resources: ({ ResourceARN }: { readonly ResourceARN: string }) => [ResourceARN] };

interface InstanceInput {
  readonly ServiceId: string;
}

/** "Actions, resources, and condition keys for AWS Cloud Map" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  CreateHttpNamespace: { requestTags: ({ Tags }) => tagsOf(Tags) },
  CreatePrivateDnsNamespace: { requestTags: ({ Tags }) => tagsOf(Tags) },
  CreatePublicDnsNamespace: { requestTags: ({ Tags }) => tagsOf(Tags) },
  CreateService: {
    resources: (input, scope) => [namespaceOf(input, scope)],
    conditionKeys: (input, scope) => ({ "servicediscovery:NamespaceArn": namespaceOf(input, scope) }),
    requestTags: ({ Tags }) => tagsOf(Tags),
  },
  DeleteNamespace: onNamespace,
  DeleteService: onService,
  DeleteServiceAttributes: onServiceById,
  DeregisterInstance: { ...onServiceById, ...byService },
  DiscoverInstances: byNames,
  DiscoverInstancesRevision: byNames,
  GetInstance: byService,
  GetInstancesHealthStatus: byService,
  GetNamespace: onNamespace,
  GetOperation: {},
  GetService: onService,
  GetServiceAttributes: onServiceById,
  ListInstances: byService,
  ListNamespaces: {},
  ListOperations: {},
  ListServices: {},
  ListTagsForResource: {},
  RegisterInstance: { ...onServiceById, ...byService },
  TagResource: { ...tagged, requestTags: ({ Tags }) => tagsOf(Tags) },
  UntagResource: { ...tagged, tagKeys: ({ TagKeys }) => TagKeys },
  UpdateHttpNamespace: onNamespace,
  UpdateInstanceCustomHealthStatus: byService,
  UpdatePrivateDnsNamespace: onNamespace,
  UpdatePublicDnsNamespace: onNamespace,
  UpdateService: onService,
  UpdateServiceAttributes: onServiceById,
};

export const authorization: ServiceAuthorization = {
  prefix: "servicediscovery",
  operations,
  resourceTags: (arn, scope) => (namespaceIfAny(scope, arn) ?? serviceIfAny(scope, arn))?.value.tags,
};

/** The ARN of what an id or an ARN names, whether it is there or not. */
function arnOf(idOrArn: string, kind: "namespace" | "service", scope: AuthorizationScope): string {
  const place = locate(scope, kind, idOrArn);
  if (place === undefined) return idOrArn;
  return kind === "namespace" ? namespaceArn(place) : serviceArn(place);
}

function namespaceOf({ NamespaceId, DnsConfig }: Operations["CreateService"]["input"], scope: AuthorizationScope) {
  return arnOf(NamespaceId ?? DnsConfig?.NamespaceId ?? "", "namespace", scope);
}
