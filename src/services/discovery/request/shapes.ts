import type {
  DnsConfig,
  Namespace,
  NamespaceSummary,
  Operation,
  Service,
  ServiceSummary,
  SOA,
} from "#generated/servicediscovery/types.ts";
import type { Store } from "#kernel/store.ts";
import {
  instances,
  instancesOf,
  type NamespaceRecord,
  namespaceArn,
  type OperationRecord,
  operationTypes,
  type ServiceRecord,
  serviceArn,
} from "../model.ts";

/** Where AWS shows the member and no TTL in it. */
const noSoa = {} as SOA;

export function toNamespace(namespace: NamespaceRecord): Namespace {
  const { dns } = namespace;
  return {
    ...commonOf(namespace),
    Properties: {
      DnsProperties: dns ? { HostedZoneId: dns.hostedZoneId, SOA: { TTL: dns.soaTtlSeconds } } : { SOA: noSoa },
      HttpProperties: { HttpName: namespace.httpName },
    },
    CreatorRequestId: namespace.creatorRequestId,
  };
}

/** Lists leave out the TTL of the SOA record, as AWS does. */
export function toNamespaceSummary(namespace: NamespaceRecord): NamespaceSummary {
  const { dns } = namespace;
  return {
    ...commonOf(namespace),
    Properties: {
      DnsProperties: { ...(dns && { HostedZoneId: dns.hostedZoneId }), SOA: noSoa },
      HttpProperties: { HttpName: namespace.httpName },
    },
  };
}

function commonOf(namespace: NamespaceRecord) {
  return {
    Id: namespace.id,
    Arn: namespaceArn(namespace),
    ResourceOwner: namespace.account,
    Name: namespace.name,
    Type: namespace.type,
    ...(namespace.description !== undefined && { Description: namespace.description }),
    ServiceCount: namespace.serviceCount,
    CreateDate: namespace.createDate,
  };
}

export function toService(store: Pick<Store, "view">, service: ServiceRecord): Service {
  return {
    ...toServiceSummary(store, service),
    NamespaceId: service.namespaceId,
    CreatorRequestId: service.creatorRequestId,
  };
}

export function toServiceSummary(store: Pick<Store, "view">, service: ServiceRecord): ServiceSummary {
  const custom = service.healthCheckCustomConfig;
  return {
    Id: service.id,
    Arn: serviceArn(service),
    ResourceOwner: service.account,
    Name: service.name,
    Type: service.type,
    ...(service.description !== undefined && { Description: service.description }),
    InstanceCount: store.view(instances).count("service", instancesOf(service)),
    ...(service.dns && { DnsConfig: toDnsConfig(service) }),
    ...(custom && { HealthCheckCustomConfig: { FailureThreshold: custom.failureThreshold } }),
    CreateDate: service.createDate,
    CreatedByAccount: service.account,
  };
}

function toDnsConfig({ namespaceId, dns }: ServiceRecord): DnsConfig {
  return {
    NamespaceId: namespaceId,
    RoutingPolicy: dns!.routingPolicy,
    DnsRecords: dns!.records.map(({ type, ttlSeconds }) => ({ Type: type, TTL: ttlSeconds })),
  };
}

export function toOperation(operation: OperationRecord): Operation {
  const { failure, status, instanceId, serviceId, namespaceId } = operation;
  return {
    Id: operation.id,
    OwnerAccount: operation.account,
    Type: operationTypes[operation.action],
    Status: status,
    ...(status === "FAIL" && failure && { ErrorCode: failure.code, ErrorMessage: failure.message }),
    CreateDate: operation.createDate,
    UpdateDate: operation.updateDate,
    Targets: {
      ...(serviceId === undefined ? { NAMESPACE: namespaceId } : { SERVICE: serviceId }),
      ...(instanceId !== undefined && { INSTANCE: instanceId }),
    },
  };
}
