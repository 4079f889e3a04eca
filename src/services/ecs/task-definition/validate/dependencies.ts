import type { ContainerDefinition } from "#generated/ecs/types.ts";
import { type Definition, eachContainer, listed, type Rule } from "./rule.ts";

const dependsOn = eachContainer(function* ({ dependsOn }, definition) {
  for (const { containerName, condition } of listed(dependsOn)) {
    const dependency = find(definition, containerName);
    if (dependency === undefined) {
      yield `Cannot depend on container ${containerName} because it does not exist.`;
    } else if ((condition === "SUCCESS" || condition === "COMPLETE") && dependency.essential !== false) {
      yield "A dependency container with SUCCESS or COMPLETE condition cannot be an essential container.";
    } else if (condition === "HEALTHY" && dependency.healthCheck === undefined) {
      yield "A dependency container with HEALTHY condition must have health check configured.";
    }
  }
});

const links = eachContainer(function* (container, definition) {
  for (const link of listed(container.links)) {
    const target = linkTarget(link);
    if (!/^[A-Za-z0-9_-]{1,255}(:[A-Za-z0-9_.-]{1,255})?$/.test(link)) yield `Invalid link '${link}'.`;
    else if (find(definition, target) === undefined) yield `Invalid 'links' setting. Unknown container: '${target}'.`;
  }
});

const volumesFrom = eachContainer(function* ({ volumesFrom }, definition) {
  for (const { sourceContainer } of listed(volumesFrom)) {
    if (find(definition, sourceContainer) === undefined) {
      yield `Invalid 'volumesFrom' setting. Unknown container: '${sourceContainer}'.`;
    }
  }
});

/** Containers start in an order in which each finds what it needs, whatever it needs it for. */
const noCycles: Rule = function* (definition) {
  const kinds = [
    ["links", (container: ContainerDefinition) => listed(container.links).map(linkTarget)],
    ["dependencies", needs],
  ] as const;
  for (const [kind, targets] of kinds) {
    if (hasCycle(definition.containerDefinitions, targets)) yield `Container ${kind} should not have a cycle`;
  }
};

function needs(container: ContainerDefinition): string[] {
  return [
    ...listed(container.dependsOn).map((dependency) => dependency.containerName),
    ...listed(container.volumesFrom).flatMap((volume) => volume.sourceContainer ?? []),
    ...listed(container.links).map(linkTarget),
  ];
}

function hasCycle(
  containers: readonly ContainerDefinition[],
  targets: (container: ContainerDefinition) => readonly string[],
): boolean {
  // Containers that need only finished ones are finished; what is left over at the end needs itself.
  let left = containers.map((container) => ({ name: container.name, targets: targets(container) }));
  for (;;) {
    const unfinished = new Set(left.map(({ name }) => name));
    const next = left.filter((container) => container.targets.some((target) => unfinished.has(target)));
    if (next.length === left.length) return left.length > 0;
    left = next;
  }
}

function find(definition: Definition, name: string | undefined): ContainerDefinition | undefined {
  return definition.containerDefinitions.find((container) => container.name === name);
}

/** `db:database` links to the container `db` under the name `database`. */
function linkTarget(link: string): string {
  return link.split(":")[0]!;
}

export const dependencyRules: readonly Rule[] = [links, volumesFrom, dependsOn, noCycles];
