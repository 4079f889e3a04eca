import type { ChangeBatch } from "#kernel/store.ts";
import type { InstanceRecord, NamespaceRecord, ServiceRecord as Registry } from "#services/discovery/model.ts";
import type { Address, NetworkInterface } from "#services/ec2/model.ts";
import type {
  AttributeRecord,
  ClusterRecord,
  ContainerInstanceRecord,
  ServiceDeploymentRecord,
  ServiceRecord,
  ServiceRevisionRecord,
  TaskDefinitionRecord,
  TaskRecord,
  TaskSetRecord,
} from "#services/ecs/model.ts";
import type {
  ListenerRecord,
  LoadBalancerRecord,
  NodeRecord,
  RuleRecord,
  TargetHealthRecord,
  TargetRecord,
} from "#services/elb/model.ts";

/** What has been made durable of a task, from its first record to its last, kept after the record is gone. */
export interface TaskHistory {
  /** The latest record. */
  record: TaskRecord;
  /** The revision that made it. */
  readonly createdIn: number;
  /** The first record that was no longer wanted: who stopped the task, and why. */
  ending?: TaskRecord;
  /** Its record has been removed. */
  forgotten: boolean;
}

/**
 * What is on the control plane's disk, kept beside the platform and by other means, so that it can be compared with
 * what the platform says and with what is on the hosts.
 */
export class Ledger {
  /** Ids of tasks whose record on their host has been lost: what its agent had given up may be tried again. */
  readonly forgottenByHost = new Set<string>();
  /** By id. */
  readonly tasks = new Map<string, TaskHistory>();
  /** Interfaces that services made, and the address records, by their keys. */
  readonly interfaces = new Map<string, NetworkInterface>();
  readonly addresses = new Map<string, Address>();
  readonly clusters = new Map<string, ClusterRecord>();
  readonly services = new Map<string, ServiceRecord>();
  readonly serviceDeployments = new Map<string, ServiceDeploymentRecord>();
  readonly serviceRevisions = new Map<string, ServiceRevisionRecord>();
  readonly taskSets = new Map<string, TaskSetRecord>();
  /** Container instances, and the attributes that users gave them. */
  readonly containerInstances = new Map<string, ContainerInstanceRecord>();
  readonly attributes = new Map<string, AttributeRecord>();
  /** Of Cloud Map: namespaces, services, and what is registered in them. */
  readonly namespaces = new Map<string, NamespaceRecord>();
  readonly registries = new Map<string, Registry>();
  readonly instances = new Map<string, InstanceRecord>();
  /** Of Elastic Load Balancing. */
  readonly loadBalancers = new Map<string, LoadBalancerRecord>();
  readonly nodes = new Map<string, NodeRecord>();
  readonly listeners = new Map<string, ListenerRecord>();
  readonly rules = new Map<string, RuleRecord>();
  readonly targets = new Map<string, TargetRecord>();
  readonly targetHealth = new Map<string, TargetHealthRecord>();
  /** By ARN, deleted ones too. */
  readonly definitions = new Map<string, TaskDefinitionRecord>();
  /** `startedBy` -> the ids of the tasks that have ever been made under it. */
  readonly startedBy = new Map<string, Set<string>>();

  /** Takes over a commit; `check` sees each task's change before it is taken over. */
  take(batch: ChangeBatch<unknown>, check: (before: TaskRecord | undefined, after: TaskRecord | undefined) => void) {
    for (const change of batch.changes) {
      const removed = change.type === "remove";
      const { key, value } = removed ? change.previous : change.entry;
      if (key.startsWith("ecs/task/")) {
        const task = value as TaskRecord;
        check(removed ? task : this.tasks.get(task.id)?.record, removed ? undefined : task);
        this.#takeTask(task, removed, batch.revision);
      } else if (key.startsWith("ec2/network-interface/")) put(this.interfaces, key, value, removed);
      else if (key.startsWith("ec2/address/")) put(this.addresses, key, value, removed);
      else if (key.startsWith("ecs/cluster/")) put(this.clusters, key, value, removed);
      else if (key.startsWith("ecs/service/")) put(this.services, key, value, removed);
      else if (key.startsWith("ecs/service-deployment/")) put(this.serviceDeployments, key, value, removed);
      else if (key.startsWith("ecs/service-revision/")) put(this.serviceRevisions, key, value, removed);
      else if (key.startsWith("ecs/task-set/")) put(this.taskSets, key, value, removed);
      else if (key.startsWith("ecs/container-instance/")) put(this.containerInstances, key, value, removed);
      else if (key.startsWith("ecs/attribute/")) put(this.attributes, key, value, removed);
      else if (key.startsWith("servicediscovery/namespace/")) put(this.namespaces, key, value, removed);
      else if (key.startsWith("servicediscovery/service/")) put(this.registries, key, value, removed);
      else if (key.startsWith("servicediscovery/instance/")) put(this.instances, key, value, removed);
      else if (key.startsWith("elb/load-balancer/")) put(this.loadBalancers, key, value, removed);
      else if (key.startsWith("elb/node/")) put(this.nodes, key, value, removed);
      else if (key.startsWith("elb/listener/")) put(this.listeners, key, value, removed);
      else if (key.startsWith("elb/rule/")) put(this.rules, key, value, removed);
      else if (key.startsWith("elb/target/")) put(this.targets, key, value, removed);
      else if (key.startsWith("elb/target-health/")) put(this.targetHealth, key, value, removed);
      else if (key.startsWith("ecs/task-definition/")) {
        const definition = value as TaskDefinitionRecord;
        this.definitions.set(definition.taskDefinitionArn, definition);
      }
    }
  }

  task(id: string): TaskRecord | undefined {
    return this.tasks.get(id)?.record;
  }

  /** The definition of a task's container. */
  container(task: TaskRecord, name: string) {
    const definition = this.definitions.get(task.taskDefinitionArn);
    return definition?.containerDefinitions.find((container) => container.name === name);
  }

  /** Tasks whose records are there. */
  *present(): Iterable<TaskRecord> {
    for (const { record, forgotten } of this.tasks.values()) if (!forgotten) yield record;
  }

  #takeTask(task: TaskRecord, removed: boolean, revision: number): void {
    const history = this.tasks.get(task.id) ?? { record: task, createdIn: revision, forgotten: false };
    history.record = task;
    history.forgotten = removed;
    if (task.desiredStatus === "STOPPED") history.ending ??= task;
    this.tasks.set(task.id, history);
    if (task.startedBy === undefined) return;
    const made = this.startedBy.get(task.startedBy) ?? new Set();
    this.startedBy.set(task.startedBy, made.add(task.id));
  }
}

function put<T>(map: Map<string, T>, key: string, value: unknown, removed: boolean): void {
  if (removed) map.delete(key);
  else map.set(key, value as T);
}
