import type { Operations } from "#generated/ecs/types.ts";
import { type AuthorizationScope, type AuthorizationTable, type ConditionKeys, tagsOf } from "#kernel/authorization.ts";
import { taskSetArn } from "../model.ts";
import { definitionArn, inCluster, nameOf, rolesOfRun, serviceOf, strategyOf, tagging } from "./parts.ts";

type TaskSetOperations =
  | "CreateTaskSet"
  | "DeleteTaskSet"
  | "DescribeTaskSets"
  | "UpdateServicePrimaryTaskSet"
  | "UpdateTaskSet";

/** The entries of the operations of task sets. */
export const taskSetOperations: Pick<AuthorizationTable<Operations>, TaskSetOperations> = {
  CreateTaskSet: {
    // Its id is not known before it is made.
    resources: (input, scope) => [taskSetOf("*", input, scope)],
    requestTags: ({ tags }) => tagsOf(tags),
    conditionKeys: (input, scope) => ({
      ...inService(input, scope),
      "ecs:capacity-provider": strategyOf(input, scope),
      "ecs:task-definition": definitionArn(input.taskDefinition, scope),
    }),
    also: (input, scope) => [
      ...rolesOfRun(input.taskDefinition, undefined, scope),
      ...tagging("CreateTaskSet", taskSetOf("*", input, scope), tagsOf(input.tags)),
    ],
  },
  DeleteTaskSet: {
    resources: (input, scope) => [taskSetOf(input.taskSet, input, scope)],
    conditionKeys: inService,
  },
  DescribeTaskSets: {
    resources: (input, scope) => {
      const { taskSets = [] } = input;
      return (taskSets.length > 0 ? taskSets : ["*"]).map((id) => taskSetOf(id, input, scope));
    },
    conditionKeys: inService,
  },
  UpdateServicePrimaryTaskSet: {
    resources: ({ service, cluster }, scope) => [serviceOf(service, cluster, scope)],
    conditionKeys: ({ cluster }, scope) => inCluster(cluster, scope),
  },
  UpdateTaskSet: {
    resources: (input, scope) => [taskSetOf(input.taskSet, input, scope)],
    conditionKeys: inService,
  },
};

interface Named {
  readonly cluster: string;
  readonly service: string;
}

function inService({ cluster, service }: Named, scope: AuthorizationScope): ConditionKeys {
  return { ...inCluster(cluster, scope), "ecs:service": serviceOf(service, cluster, scope) };
}

function taskSetOf(taskSet: string, { cluster, service }: Named, scope: AuthorizationScope): string {
  if (taskSet.startsWith("arn:")) return taskSet;
  const serviceName = serviceOf(service, cluster, scope).split("/").at(-1)!;
  return taskSetArn({ ...scope, clusterName: nameOf(cluster, scope), serviceName }, taskSet);
}
