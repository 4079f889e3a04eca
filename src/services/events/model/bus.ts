import { parseArn } from "#kernel/arn.ts";
import { absent, type Collection, type Key, keyOf, type Read, type Store } from "#kernel/store.ts";
import type { Tags } from "#kernel/tags.ts";
import { type World, worldOf } from "#kernel/world.ts";
import { eventsArn } from "./world.ts";

/** The bus that each account has in each region, and that the services of AWS send their events to. */
export const defaultBusName = "default";

/** Times are milliseconds since the epoch. */
export interface EventBusRecord extends World {
  readonly name: string;
  readonly description?: string;
  /** The text of the resource-based policy. */
  readonly policy?: string;
  readonly tags: Tags;
  /** Absent: the default bus, which nobody made. */
  readonly creationTime?: number;
  readonly lastModifiedTime?: number;
}

/** Index `world`: by `worldOf`. The default bus has a record only once something was set on it. */
export const eventBuses: Collection<EventBusRecord, "world"> = { name: "events/bus", indexes: { world: worldOf } };

export function busKey({ account, region }: World, name: string): Key<EventBusRecord> {
  return keyOf(eventBuses, account, region, name);
}

export function busArn(world: World, name: string): string {
  return eventsArn(world, `event-bus/${name}`);
}

/** Account, region and name: what rules are found by. */
export function busPath({ account, region, busName }: World & { readonly busName: string }): string {
  return `${account}/${region}/${busName}`;
}

/** The bus that a name or an ARN means; without either, the default one. */
export function busReference(world: World, nameOrArn: string = defaultBusName): World & { readonly name: string } {
  const arn = nameOrArn.startsWith("arn:") ? parseArn(nameOrArn) : undefined;
  if (arn === undefined) return { account: world.account, region: world.region, name: nameOrArn };
  return { account: arn.account, region: arn.region, name: arn.resource.slice("event-bus/".length) };
}

/** A bus as it is; its record may be still to be written. Undefined: there is none of this name. */
export interface FoundBus {
  readonly read: Read<EventBusRecord>;
  readonly bus: EventBusRecord;
}

export function busIfAny(store: Pick<Store, "view">, world: World, name: string): FoundBus | undefined {
  const key = busKey(world, name);
  const read: Read<EventBusRecord> = store.view(eventBuses).get(key) ?? absent(key);
  if (read.value !== undefined) return { read, bus: read.value };
  const { account, region } = world;
  return name === defaultBusName ? { read, bus: { account, region, name, tags: {} } } : undefined;
}
