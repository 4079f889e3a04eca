import type { Operations } from "#generated/elbv2/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { ElbParts } from "../request/handler.ts";
import { AddListenerCertificates } from "./add-listener-certificates.ts";
import { AddTags } from "./add-tags.ts";
import { createListener } from "./create-listener.ts";
import { CreateLoadBalancer } from "./create-load-balancer.ts";
import { createRule } from "./create-rule.ts";
import { CreateTargetGroup } from "./create-target-group.ts";
import { DeleteListener } from "./delete-listener.ts";
import { DeleteLoadBalancer } from "./delete-load-balancer.ts";
import { DeleteRule } from "./delete-rule.ts";
import { DeleteTargetGroup } from "./delete-target-group.ts";
import { DeregisterTargets } from "./deregister-targets.ts";
import { DescribeAccountLimits } from "./describe-account-limits.ts";
import { DescribeCapacityReservation } from "./describe-capacity-reservation.ts";
import { DescribeListenerAttributes } from "./describe-listener-attributes.ts";
import { DescribeListenerCertificates } from "./describe-listener-certificates.ts";
import { DescribeListeners } from "./describe-listeners.ts";
import { DescribeLoadBalancerAttributes } from "./describe-load-balancer-attributes.ts";
import { DescribeLoadBalancers } from "./describe-load-balancers.ts";
import { DescribeRules } from "./describe-rules.ts";
import { DescribeSSLPolicies } from "./describe-ssl-policies.ts";
import { DescribeTags } from "./describe-tags.ts";
import { DescribeTargetGroupAttributes } from "./describe-target-group-attributes.ts";
import { DescribeTargetGroups } from "./describe-target-groups.ts";
import { DescribeTargetHealth } from "./describe-target-health.ts";
import { ModifyCapacityReservation } from "./modify-capacity-reservation.ts";
import { ModifyIpPools } from "./modify-ip-pools.ts";
import { modifyListener } from "./modify-listener.ts";
import { ModifyListenerAttributes } from "./modify-listener-attributes.ts";
import { ModifyLoadBalancerAttributes } from "./modify-load-balancer-attributes.ts";
import { modifyRule } from "./modify-rule.ts";
import { ModifyTargetGroup } from "./modify-target-group.ts";
import { ModifyTargetGroupAttributes } from "./modify-target-group-attributes.ts";
import { RegisterTargets } from "./register-targets.ts";
import { RemoveListenerCertificates } from "./remove-listener-certificates.ts";
import { RemoveTags } from "./remove-tags.ts";
import { SetIpAddressType } from "./set-ip-address-type.ts";
import { SetRulePriorities } from "./set-rule-priorities.ts";
import { SetSecurityGroups } from "./set-security-groups.ts";
import { SetSubnets } from "./set-subnets.ts";
import {
  AddTrustStoreRevocations,
  CreateTrustStore,
  DeleteSharedTrustStoreAssociation,
  DeleteTrustStore,
  DescribeTrustStoreAssociations,
  DescribeTrustStoreRevocations,
  DescribeTrustStores,
  GetResourcePolicy,
  GetTrustStoreCaCertificatesBundle,
  GetTrustStoreRevocationContent,
  ModifyTrustStore,
  RemoveTrustStoreRevocations,
} from "./trust-stores.ts";

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations(parts: ElbParts) {
  return {
    AddListenerCertificates,
    AddTags,
    AddTrustStoreRevocations,
    CreateListener: createListener(parts),
    CreateLoadBalancer,
    CreateRule: createRule(parts),
    CreateTargetGroup,
    CreateTrustStore,
    DeleteListener,
    DeleteLoadBalancer,
    DeleteRule,
    DeleteSharedTrustStoreAssociation,
    DeleteTargetGroup,
    DeleteTrustStore,
    DeregisterTargets,
    DescribeAccountLimits,
    DescribeCapacityReservation,
    DescribeListenerAttributes,
    DescribeListenerCertificates,
    DescribeListeners,
    DescribeLoadBalancerAttributes,
    DescribeLoadBalancers,
    DescribeRules,
    DescribeSSLPolicies,
    DescribeTags,
    DescribeTargetGroupAttributes,
    DescribeTargetGroups,
    DescribeTargetHealth,
    DescribeTrustStoreAssociations,
    DescribeTrustStoreRevocations,
    DescribeTrustStores,
    GetResourcePolicy,
    GetTrustStoreCaCertificatesBundle,
    GetTrustStoreRevocationContent,
    ModifyCapacityReservation,
    ModifyIpPools,
    ModifyListener: modifyListener(parts),
    ModifyListenerAttributes,
    ModifyLoadBalancerAttributes,
    ModifyRule: modifyRule(parts),
    ModifyTargetGroup,
    ModifyTargetGroupAttributes,
    ModifyTrustStore,
    RegisterTargets,
    RemoveListenerCertificates,
    RemoveTags,
    RemoveTrustStoreRevocations,
    SetIpAddressType,
    SetRulePriorities,
    SetSecurityGroups,
    SetSubnets,
  } satisfies Handlers<Operations>;
}
