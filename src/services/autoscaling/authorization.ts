import type { Operations } from "#generated/application-autoscaling/types.ts";
import type {
  AuthorizationScope,
  AuthorizationTable,
  OperationAuthorization,
  ServiceAuthorization,
} from "#kernel/authorization.ts";
import type { Tags } from "#kernel/tags.ts";
import { scalableTargets, serviceOf, targetArn, targetKey } from "./model.ts";

interface NamesTarget {
  readonly ServiceNamespace: string;
  readonly ResourceId: string;
  readonly ScalableDimension: string;
}

const onTarget: OperationAuthorization<NamesTarget> = {
  resources: (input, scope) => [arnOf(input, scope)],
  conditionKeys: ({ ServiceNamespace: namespace, ScalableDimension: dimension }) => ({
    "application-autoscaling:service-namespace": namespace,
    "application-autoscaling:scalable-dimension": dimension,
  }),
};
const onArn: OperationAuthorization<{ readonly ResourceARN: string }> = {
  resources: ({ ResourceARN: arn }) => [arn],
};

/** "Actions, resources, and condition keys for AWS Application Auto Scaling" (Service Authorization Reference). */
const operations: AuthorizationTable<Operations> = {
  DeleteScalingPolicy: onTarget,
  DeleteScheduledAction: onTarget,
  DeregisterScalableTarget: onTarget,
  DescribeScalableTargets: {},
  DescribeScalingActivities: {},
  DescribeScalingPolicies: {},
  DescribeScheduledActions: {},
  GetPredictiveScalingForecast: {},
  ListTagsForResource: onArn,
  PutScalingPolicy: onTarget,
  PutScheduledAction: onTarget,
  RegisterScalableTarget: { ...onTarget, requestTags: ({ Tags: tags = {} }) => tags },
  TagResource: { ...onArn, requestTags: ({ Tags: tags }) => tags },
  UntagResource: { ...onArn, tagKeys: ({ TagKeys: keys }) => keys },
};

export const authorization: ServiceAuthorization = {
  prefix: "application-autoscaling",
  operations,
  resourceTags: (arn, { store }): Tags | undefined => store.view(scalableTargets).by("arn", arn)[0]?.value.tags,
};

/** A target that is not registered has no id yet. */
function arnOf({ ResourceId: resourceId }: NamesTarget, scope: AuthorizationScope): string {
  const service = serviceOf(scope, resourceId);
  const target = service && scope.store.view(scalableTargets).get(targetKey(service));
  return targetArn({ account: scope.account, region: scope.region, id: target?.value.id ?? "*" });
}
