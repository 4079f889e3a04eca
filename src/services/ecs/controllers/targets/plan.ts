import type { Entry } from "#kernel/store.ts";
import type { NewTarget, TargetGroupRecord, TargetRecord } from "#services/elb/model.ts";
import { goesOn, type TaskRecord, taskHealth } from "../../model/task.ts";

/** A registration that a task is to have. */
export interface Wanted {
  readonly task: Entry<TaskRecord>;
  readonly group: Entry<TargetGroupRecord>;
  readonly target: Pick<NewTarget, "id" | "port" | "availabilityZone">;
  /** What is registered there now. */
  readonly known?: Entry<TargetRecord>;
}

export interface TargetsPlan {
  readonly register: readonly Wanted[];
  readonly deregister: readonly Entry<TargetRecord>[];
}

/**
 * Decides which tasks of a service are registered with load balancers: those that run and are to go on, from when on
 * their containers are healthy, as far as anybody checks them. Pure.
 */
export function planTargets(wanted: readonly Wanted[], owned: readonly Entry<TargetRecord>[]): TargetsPlan {
  const there = wanted.filter(({ task, known }) => isReady(task.value, isHis(known?.value, task)));
  const stay = new Set(there.flatMap(({ known }) => known?.key ?? []));
  return {
    register: there.filter(({ task, known }) => !isHis(known?.value, task)),
    deregister: owned.filter(({ key, value }) => value.drainUntil === undefined && !stay.has(key)),
  };
}

function isHis(known: TargetRecord | undefined, task: Entry<TaskRecord>): boolean {
  return known?.task === task.key && known.drainUntil === undefined;
}

/** Whoever is registered stays, whatever its health: that it is stopped for it is the scheduler's to decide. */
function isReady(task: TaskRecord, registered: boolean): boolean {
  if (!goesOn(task)) return false;
  const isChecked = task.containers.some(({ essential, hasHealthCheck }) => essential && hasHealthCheck);
  return registered || !isChecked || taskHealth(task) === "HEALTHY";
}
