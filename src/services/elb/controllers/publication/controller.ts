import { type Controller, type ControllerContext, watch } from "#kernel/controller.ts";
import type { LoadBalancerNode } from "#kernel/load-balancing.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import type { Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { certificateArn, certificates } from "#services/acm/model.ts";
import {
  holds,
  listeners,
  loadBalancerKey,
  loadBalancers,
  loadBalancersOf,
  nodes,
  placeOf,
  rules,
  targetGroupArn,
  targetGroups,
  targets,
} from "../../model.ts";
import { type LoadBalancerSpec, loadBalancerSpec } from "./spec.ts";

/** So many targets may be published again for each millisecond that passes. */
const targetsPerMs = 50;
/** How many versions of specifications are remembered until the nodes say that they follow them. */
const mostVersions = 10_000;

/** What traffic does under each version of a node's specification that was published; for the intake. */
export class PublishedVersions {
  readonly #applied = new Map<string, Readonly<Record<string, string>>>();
  readonly #latest = new Map<string, string>();

  note(nodeId: string, version: string, applied: Readonly<Record<string, string>>): void {
    this.#latest.set(nodeId, version);
    this.#applied.delete(version);
    this.#applied.set(version, applied);
    if (this.#applied.size > mostVersions) this.#applied.delete(this.#applied.keys().next().value!);
  }

  /** What the node was told last; undefined: it has been told nothing yet in this run. */
  latest(nodeId: string): string | undefined {
    return this.#latest.get(nodeId);
  }

  get(version: string): Readonly<Record<string, string>> | undefined {
    return this.#applied.get(version);
  }
}

export interface PublicationPorts {
  readonly publish: (nodes: readonly LoadBalancerNode[]) => void;
  readonly box: SecretBox;
  readonly versions: PublishedVersions;
}

/**
 * Tells the hosts which load balancer nodes there are and what they do. All are published together, those that have
 * not changed as they were made before. A change goes out at once, unless there are so many targets and changes that
 * publishing would take the better part of the time: then changes wait for each other a few milliseconds.
 */
export function publicationController(ports: PublicationPorts): Controller {
  const publisher = new Publisher(ports);
  return {
    name: "elb.publication",
    watches: [
      watch(loadBalancers, ({ key }) => [key]),
      // A load balancer may itself be a target.
      watch(nodes, ({ value }) => [loadBalancerKey(value, value.loadBalancerName), `target ${value.loadBalancerId}`]),
      watch(listeners, ({ value }) => [keyOfPart(value, value.loadBalancer.name)]),
      watch(rules, ({ value }) => [keyOfPart(value, value.listener.loadBalancer.name)]),
      watch(targetGroups, ({ value }) => [`group ${targetGroupArn(value)}`]),
      watch(targets, ({ value }) => [`group ${value.targetGroupArn}`]),
      watch(
        holds,
        ({ value }) => [`group ${value.targetGroupArn}`],
        (before, after) => before?.seconds !== after?.seconds,
      ),
      watch(certificates, ({ value }) => [`certificate ${certificateArn(value)}`]),
    ],
    async reconcile(key, ctx) {
      const later = publisher.bring(key, ctx);
      if (later !== undefined) return { lookAgainAt: later };
    },
  };
}

function keyOfPart(world: World, name: string): string {
  return loadBalancerKey(world, name);
}

/** The keys of the load balancers that a change concerns. */
function keysOf(store: Store, key: string): string[] {
  const [kind, id] = key.split(" ");
  if (id === undefined) return [key];
  if (kind === "certificate") {
    const found = store.view(listeners).by("certificate", id);
    return found.map(({ value }) => keyOfPart(value, value.loadBalancer.name));
  }
  const arns = kind === "group" ? [id] : groupsWithTarget(store, id);
  return arns.flatMap((arn) =>
    loadBalancersOf(store, arn).map((owner) => {
      const place = placeOf(owner)!;
      return keyOfPart(place, place.name);
    }),
  );
}

function groupsWithTarget(store: Store, loadBalancerId: string): string[] {
  const all = [...store.view(targetGroups).all()].filter(({ value }) => value.targetType === "alb");
  return all
    .map(({ value }) => targetGroupArn(value))
    .filter((arn) =>
      store
        .view(targets)
        .by("targetGroup", arn)
        .some(({ value }) => placeOf(value.id)?.id === loadBalancerId),
    );
}

/** Holds what was published last. */
class Publisher {
  readonly #ports: PublicationPorts;
  /** By the load balancer's key: what was made of it, and as text. */
  #specs: Map<string, { readonly spec: LoadBalancerSpec; readonly text: string }> | undefined;
  #nextAt = 0;

  constructor(ports: PublicationPorts) {
    this.#ports = ports;
  }

  /** Publishes what the key concerns as it is now; a time when it has to wait. */
  bring(key: string, ctx: ControllerContext): number | undefined {
    const { store, clock } = ctx;
    const isFirst = this.#specs === undefined;
    // A message replaces the one before it, so the first one must already have all nodes.
    const keys = isFirst ? [...store.view(loadBalancers).all()].map((entry) => entry.key) : keysOf(store, key);
    if (!isFirst && keys.length > 0 && clock.now() < this.#nextAt) return this.#nextAt;
    this.#specs ??= new Map();
    const changed = keys.map((each) => this.#bringOne(each, ctx));
    if (!isFirst && !changed.includes(true)) return undefined;
    const all = [...this.#specs.values()].flatMap(({ spec }) => spec.nodes);
    this.#ports.publish(all);
    const count = all.reduce(
      (sum, node) => sum + node.targetGroups.reduce((n, group) => n + group.targets.length, 1),
      0,
    );
    this.#nextAt = clock.now() + Math.floor(count / targetsPerMs);
    return undefined;
  }

  /** Whether it has changed. */
  #bringOne(key: string, { store, log }: ControllerContext): boolean {
    const before = this.#specs!.get(key)?.text;
    const entry = store.view(loadBalancers).get(key);
    if (entry === undefined) return this.#specs!.delete(key);
    const spec = loadBalancerSpec(store, this.#ports.box, entry, (what, arn) =>
      log.warn(`A ${what} cannot be opened: give it again`, { arn }),
    );
    for (const { nodeId, version } of spec.nodes) this.#ports.versions.note(nodeId, version, spec.applied);
    const text = spec.nodes.map(({ nodeId, version }) => `${nodeId} ${version}`).join();
    this.#specs!.set(key, { spec, text });
    return text !== before;
  }
}
