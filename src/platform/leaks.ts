/** What a platform has on its machine, by the names of things, and the tasks that may have it. */
export interface Belongings {
  /** Tasks that the agent keeps a record of. */
  readonly tasks: ReadonlySet<string>;
  /** Load balancer nodes that the agent keeps a folder of, by the names of their sandboxes. */
  readonly nodes: ReadonlySet<string>;
  /** Whether the platform of this data folder runs. */
  readonly isUp: boolean;
  /** Sandboxes by their names, which are the ids of tasks, or say that it is a load balancer node. */
  readonly sandboxes: readonly string[];
  /** Volumes that live as long as a task, by its id. */
  readonly volumes: readonly { readonly name: string; readonly taskId: string }[];
  /** What the tasks share: links, namespaces and nft tables of networks, the control group of all. */
  readonly shared: readonly string[];
  /** Ends of tasks' network interfaces in those namespaces. */
  readonly ports: readonly string[];
}

/**
 * What nothing accounts for, in words. While the platform is down, what its tasks have is theirs: they run on without
 * it. Without any task and without the platform nothing should be there.
 */
export function leaksOf({ tasks, nodes, isUp, sandboxes, volumes, shared, ports }: Belongings): string[] {
  const strays = sandboxes.filter((name) => !tasks.has(name) && !nodes.has(name));
  const deserted = !isUp && tasks.size === 0 && sandboxes.length === 0;
  const surplus = ports.length - sandboxes.length;
  return [
    ...strays.map((name) => `sandbox ${name}`),
    ...volumes.filter(({ taskId }) => !tasks.has(taskId)).map(({ name }) => `volume ${name}`),
    ...(surplus > 0 ? [`${surplus} more network interfaces than sandboxes`] : []),
    ...(deserted ? shared : []),
  ];
}

/** `estiva down` alone finds nothing to stop where no platform runs. */
export function mendOfLeaks(isUp: boolean): string {
  return isUp
    ? "look again in a minute: the platform removes what has no owner"
    : "estiva up, which removes what has no owner, and then estiva down";
}
