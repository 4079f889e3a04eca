import type { Operations } from "#generated/servicediscovery/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import { CreateHttpNamespace } from "./create-http-namespace.ts";
import { CreatePrivateDnsNamespace } from "./create-private-dns-namespace.ts";
import { CreateService } from "./create-service.ts";
import { DeleteNamespace } from "./delete-namespace.ts";
import { DeleteService } from "./delete-service.ts";
import { DeleteServiceAttributes } from "./delete-service-attributes.ts";
import { DeregisterInstance } from "./deregister-instance.ts";
import { DiscoverInstances } from "./discover-instances.ts";
import { DiscoverInstancesRevision } from "./discover-instances-revision.ts";
import { GetInstance } from "./get-instance.ts";
import { GetInstancesHealthStatus } from "./get-instances-health-status.ts";
import { GetNamespace } from "./get-namespace.ts";
import { GetOperation } from "./get-operation.ts";
import { GetService } from "./get-service.ts";
import { GetServiceAttributes } from "./get-service-attributes.ts";
import { ListInstances } from "./list-instances.ts";
import { ListNamespaces } from "./list-namespaces.ts";
import { ListOperations } from "./list-operations.ts";
import { ListServices } from "./list-services.ts";
import { ListTagsForResource } from "./list-tags-for-resource.ts";
import { CreatePublicDnsNamespace, UpdatePublicDnsNamespace } from "./public-dns-namespaces.ts";
import { RegisterInstance } from "./register-instance.ts";
import { TagResource } from "./tag-resource.ts";
import { UntagResource } from "./untag-resource.ts";
import { UpdateHttpNamespace } from "./update-http-namespace.ts";
import { UpdateInstanceCustomHealthStatus } from "./update-instance-custom-health-status.ts";
import { UpdatePrivateDnsNamespace } from "./update-private-dns-namespace.ts";
import { UpdateService } from "./update-service.ts";
import { UpdateServiceAttributes } from "./update-service-attributes.ts";

/** Every operation of the service, one a line, in the order of their names. */
export const operations = {
  CreateHttpNamespace,
  CreatePrivateDnsNamespace,
  CreatePublicDnsNamespace,
  CreateService,
  DeleteNamespace,
  DeleteService,
  DeleteServiceAttributes,
  DeregisterInstance,
  DiscoverInstances,
  DiscoverInstancesRevision,
  GetInstance,
  GetInstancesHealthStatus,
  GetNamespace,
  GetOperation,
  GetService,
  GetServiceAttributes,
  ListInstances,
  ListNamespaces,
  ListOperations,
  ListServices,
  ListTagsForResource,
  RegisterInstance,
  TagResource,
  UntagResource,
  UpdateHttpNamespace,
  UpdateInstanceCustomHealthStatus,
  UpdatePrivateDnsNamespace,
  UpdatePublicDnsNamespace,
  UpdateService,
  UpdateServiceAttributes,
} satisfies Handlers<Operations>;
