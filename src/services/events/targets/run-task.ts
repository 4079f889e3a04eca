/** EcsParameters as EventBridge and its Scheduler both have them, but for how they write tags. */
export interface EcsTargetParameters {
  readonly TaskDefinitionArn: string;
  readonly TaskCount?: number;
  readonly LaunchType?: string;
  readonly NetworkConfiguration?: {
    readonly awsvpcConfiguration?: {
      readonly Subnets: readonly string[];
      readonly SecurityGroups?: readonly string[];
      readonly AssignPublicIp?: string;
    };
  };
  readonly PlatformVersion?: string;
  readonly Group?: string;
  readonly CapacityProviderStrategy?: readonly object[];
  readonly EnableECSManagedTags?: boolean;
  readonly EnableExecuteCommand?: boolean;
  readonly PlacementConstraints?: readonly object[];
  readonly PlacementStrategy?: readonly object[];
  readonly PropagateTags?: string;
  readonly ReferenceId?: string;
}

export interface RunTaskExtras {
  readonly clusterArn: string;
  readonly startedBy: string;
  readonly tags: readonly { readonly key: string; readonly value: string }[];
}

/** What RunTask is asked for, all but the overrides and the token, which each delivery has of its own. */
export function runTaskRequest(given: EcsTargetParameters, { clusterArn, startedBy, tags }: RunTaskExtras): object {
  const { awsvpcConfiguration: network } = given.NetworkConfiguration ?? {};
  const request = {
    ...{ cluster: clusterArn, taskDefinition: given.TaskDefinitionArn, count: given.TaskCount ?? 1, startedBy },
    ...{ launchType: given.LaunchType, platformVersion: given.PlatformVersion, group: given.Group },
    networkConfiguration: network && {
      awsvpcConfiguration: {
        subnets: network.Subnets,
        securityGroups: network.SecurityGroups,
        assignPublicIp: network.AssignPublicIp,
      },
    },
    capacityProviderStrategy: given.CapacityProviderStrategy,
    ...{ enableECSManagedTags: given.EnableECSManagedTags, enableExecuteCommand: given.EnableExecuteCommand },
    ...{ placementConstraints: given.PlacementConstraints, placementStrategy: given.PlacementStrategy },
    ...{ propagateTags: given.PropagateTags, referenceId: given.ReferenceId },
    ...(tags.length > 0 && { tags }),
  };
  // What is left out stays out of the record, too.
  return JSON.parse(JSON.stringify(request)) as object;
}
