import type { Operations } from "#generated/ecs/types.ts";
import type { ExecSessions } from "#kernel/exec-sessions.ts";
import type { Handlers } from "#kernel/handler.ts";
import {
  DiscoverPollEndpoint,
  SubmitAttachmentStateChanges,
  SubmitContainerStateChange,
  SubmitTaskStateChange,
} from "./agent-calls.ts";
import { ContinueServiceDeployment } from "./continue-service-deployment.ts";
import { CreateCluster } from "./create-cluster.ts";
import { CreateDaemon } from "./create-daemon.ts";
import { CreateService } from "./create-service.ts";
import { CreateTaskSet } from "./create-task-set.ts";
import { DeleteAccountSetting } from "./delete-account-setting.ts";
import { DeleteAttributes } from "./delete-attributes.ts";
import { DeleteCluster } from "./delete-cluster.ts";
import { DeleteDaemon } from "./delete-daemon.ts";
import { DeleteDaemonTaskDefinition } from "./delete-daemon-task-definition.ts";
import { DeleteService } from "./delete-service.ts";
import { DeleteTaskDefinitions } from "./delete-task-definitions.ts";
import { DeleteTaskSet } from "./delete-task-set.ts";
import { DeregisterContainerInstance } from "./deregister-container-instance.ts";
import { DeregisterTaskDefinition } from "./deregister-task-definition.ts";
import { DescribeCapacityProviders } from "./describe-capacity-providers.ts";
import { DescribeClusters } from "./describe-clusters.ts";
import { DescribeContainerInstances } from "./describe-container-instances.ts";
import { DescribeDaemon } from "./describe-daemon.ts";
import { DescribeDaemonDeployments } from "./describe-daemon-deployments.ts";
import { DescribeDaemonRevisions } from "./describe-daemon-revisions.ts";
import { DescribeDaemonTaskDefinition } from "./describe-daemon-task-definition.ts";
import { DescribeServiceDeployments } from "./describe-service-deployments.ts";
import { DescribeServiceRevisions } from "./describe-service-revisions.ts";
import { DescribeServices } from "./describe-services.ts";
import { DescribeTaskDefinition } from "./describe-task-definition.ts";
import { DescribeTaskSets } from "./describe-task-sets.ts";
import { DescribeTasks } from "./describe-tasks.ts";
import { executeCommand } from "./execute-command.ts";
import { GetTaskProtection } from "./get-task-protection.ts";
import { ListAccountSettings } from "./list-account-settings.ts";
import { ListAttributes } from "./list-attributes.ts";
import { ListClusters } from "./list-clusters.ts";
import { ListContainerInstances } from "./list-container-instances.ts";
import { ListDaemonDeployments } from "./list-daemon-deployments.ts";
import { ListDaemonTaskDefinitions } from "./list-daemon-task-definitions.ts";
import { ListDaemons } from "./list-daemons.ts";
import { ListServiceDeployments } from "./list-service-deployments.ts";
import { ListServices } from "./list-services.ts";
import { ListServicesByNamespace } from "./list-services-by-namespace.ts";
import { ListTagsForResource } from "./list-tags-for-resource.ts";
import { ListTaskDefinitionFamilies } from "./list-task-definition-families.ts";
import { ListTaskDefinitions } from "./list-task-definitions.ts";
import { ListTasks } from "./list-tasks.ts";
import { PutAccountSetting } from "./put-account-setting.ts";
import { PutAccountSettingDefault } from "./put-account-setting-default.ts";
import { PutAttributes } from "./put-attributes.ts";
import { PutClusterCapacityProviders } from "./put-cluster-capacity-providers.ts";
import { registerContainerInstance } from "./register-container-instance.ts";
import { RegisterDaemonTaskDefinition } from "./register-daemon-task-definition.ts";
import { RegisterTaskDefinition } from "./register-task-definition.ts";
import { RunTask } from "./run-task.ts";
import { StartTask } from "./start-task.ts";
import { StopServiceDeployment } from "./stop-service-deployment.ts";
import { StopTask } from "./stop-task.ts";
import { TagResource } from "./tag-resource.ts";
import { UntagResource } from "./untag-resource.ts";
import { UpdateCluster } from "./update-cluster.ts";
import { UpdateClusterSettings } from "./update-cluster-settings.ts";
import { UpdateContainerAgent } from "./update-container-agent.ts";
import { UpdateContainerInstancesState } from "./update-container-instances-state.ts";
import { UpdateDaemon } from "./update-daemon.ts";
import { UpdateService } from "./update-service.ts";
import { UpdateServicePrimaryTaskSet } from "./update-service-primary-task-set.ts";
import { UpdateTaskProtection } from "./update-task-protection.ts";
import { UpdateTaskSet } from "./update-task-set.ts";

/** Those that need what the platform gives the service, too. */
export function createOperations(parts: { readonly sessions: ExecSessions; readonly account: string }) {
  return {
    ...operations,
    ExecuteCommand: executeCommand(parts.sessions),
    RegisterContainerInstance: registerContainerInstance(parts),
  } satisfies Handlers<Operations>;
}

/** Every operation of the service that needs only the store, one a line, in the order of their names. */
export const operations = {
  ContinueServiceDeployment,
  CreateCluster,
  CreateDaemon,
  CreateService,
  CreateTaskSet,
  DeleteAccountSetting,
  DeleteAttributes,
  DeleteCluster,
  DeleteDaemon,
  DeleteDaemonTaskDefinition,
  DeleteService,
  DeleteTaskDefinitions,
  DeleteTaskSet,
  DeregisterContainerInstance,
  DeregisterTaskDefinition,
  DescribeCapacityProviders,
  DescribeClusters,
  DescribeContainerInstances,
  DescribeDaemon,
  DescribeDaemonDeployments,
  DescribeDaemonRevisions,
  DescribeDaemonTaskDefinition,
  DescribeServiceDeployments,
  DescribeServiceRevisions,
  DescribeServices,
  DescribeTaskDefinition,
  DescribeTaskSets,
  DescribeTasks,
  DiscoverPollEndpoint,
  GetTaskProtection,
  ListAccountSettings,
  ListAttributes,
  ListClusters,
  ListContainerInstances,
  ListDaemonDeployments,
  ListDaemonTaskDefinitions,
  ListDaemons,
  ListServiceDeployments,
  ListServices,
  ListServicesByNamespace,
  ListTagsForResource,
  ListTaskDefinitionFamilies,
  ListTaskDefinitions,
  ListTasks,
  PutAccountSetting,
  PutAccountSettingDefault,
  PutAttributes,
  PutClusterCapacityProviders,
  RegisterDaemonTaskDefinition,
  RegisterTaskDefinition,
  RunTask,
  StartTask,
  StopServiceDeployment,
  StopTask,
  SubmitAttachmentStateChanges,
  SubmitContainerStateChange,
  SubmitTaskStateChange,
  TagResource,
  UntagResource,
  UpdateCluster,
  UpdateClusterSettings,
  UpdateContainerAgent,
  UpdateContainerInstancesState,
  UpdateDaemon,
  UpdateService,
  UpdateServicePrimaryTaskSet,
  UpdateTaskProtection,
  UpdateTaskSet,
} satisfies Handlers<Operations>;
