import type { Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import { alarmKey, alarms } from "#services/cloudwatch/model.ts";

/** The states of an alarm of Amazon CloudWatch. */
export type AlarmState = "OK" | "ALARM" | "INSUFFICIENT_DATA";

/** The state of an alarm of the service's account and region; undefined when there is none of this name. */
export function alarmState(store: Pick<Store, "view">, world: World, name: string): AlarmState | undefined {
  return store.view(alarms).get(alarmKey(world, name))?.value.stateValue;
}
