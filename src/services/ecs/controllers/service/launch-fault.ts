import type { Store } from "#kernel/store.ts";
import { explanationInWords, unableToPlaceEvent } from "#placement/index.ts";
import { services as discoveryServices, serviceKeyOfArn } from "#services/discovery/model.ts";
import { targetGroupKey, targetGroupPlace, targetGroups } from "#services/elb/model.ts";
import { hosts } from "../../model/host.ts";
import type { ServiceRecord, ServiceRevisionRecord } from "../../model/service.ts";
import { anyTaskArn } from "../../model/task.ts";
import type { TaskDefinitionRecord } from "../../model/task-definition.ts";
import { groupsOf } from "../../services/target-groups.ts";
import { explainHosts } from "../scheduler/host-room.ts";
import { definitionOf, servicePlacing } from "./placing.ts";
import { serviceWords } from "./words.ts";

/** Why no task of a revision can be started, as the message of an event; undefined: nothing hinders it. */
export function launchFault(
  store: Store,
  revision: ServiceRevisionRecord,
  service: ServiceRecord,
  canAssume: (account: string, roleArn: string, service: string, sourceArn: string) => boolean,
): string | undefined {
  const words = serviceWords(service.serviceName);
  const definition = definitionOf(store, revision);
  if (definition === undefined) return words.launchFailed("The task definition does not exist.");
  const placing = servicePlacing(store, service, revision);
  const hostFault = placing === undefined ? whyNoHost(store, definition) : undefined;
  if (hostFault !== undefined) return words.noCapacity(hostFault);
  if (placing !== undefined) {
    const explanation = placing.pool.pool.explain(placing.request);
    if (explanation.fittingCount === 0) return unableToPlaceEvent(service.serviceName, explanation);
  }
  for (const { registryArn } of revision.serviceRegistries) {
    const key = serviceKeyOfArn(registryArn);
    if (key !== undefined && store.view(discoveryServices).get(key) !== undefined) continue;
    return words.launchFailed(`The service registry ${registryArn} does not exist.`);
  }
  for (const arn of groupsOf(revision)) {
    const place = targetGroupPlace(arn);
    const group = place && store.view(targetGroups).get(targetGroupKey(place, place.name));
    if (group !== undefined && group.value.id === place?.id) continue;
    return words.launchFailed(`The target group ${arn} does not exist.`);
  }
  for (const role of [definition.taskRoleArn, definition.executionRoleArn]) {
    if (role === undefined || canAssume(revision.account, role, "ecs-tasks.amazonaws.com", anyTaskArn(service)))
      continue;
    return words.launchFailed(`ECS was unable to assume the role '${role}' that was provided for this task.`);
  }
  return undefined;
}

/** Why no host can take its tasks on Fargate. Before the first host has come nothing is said of it. */
function whyNoHost(store: Store, { runtimePlatform }: TaskDefinitionRecord): string | undefined {
  const all = [...store.view(hosts).all()].map(({ value }) => value);
  const explanation = explainHosts(all, runtimePlatform?.cpuArchitecture ?? "X86_64");
  if (explanation.instancesCount === 0 || explanation.fittingCount > 0) return undefined;
  return explanationInWords(explanation, "host");
}
