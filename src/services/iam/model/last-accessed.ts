import type { Collection, Key } from "#kernel/store.ts";
import { keyOf } from "#kernel/store.ts";

/** When a user or a role sent a request to a service last, allowed or not. */
export interface ServiceUseRecord {
  readonly account: string;
  /** The unique id of the user or role. */
  readonly entityId: string;
  /** As in actions: `ecs`. */
  readonly serviceNamespace: string;
  readonly usedAt: number;
  readonly region: string;
}

/** Index `entity`: by unique id. */
export const serviceUses: Collection<ServiceUseRecord, "entity"> = {
  name: "iam/service-use",
  indexes: { entity: (use) => use.entityId },
};

export function serviceUseKey(entityId: string, serviceNamespace: string): Key<ServiceUseRecord> {
  return keyOf(serviceUses, entityId, serviceNamespace);
}

/** A report that was asked for with GenerateServiceLastAccessedDetails. What it says is worked out when it is read. */
export interface AccessReportRecord {
  readonly account: string;
  readonly jobId: string;
  /** Of a user, group, role or managed policy. */
  readonly arn: string;
  readonly createdAt: number;
}

export const accessReports: Collection<AccessReportRecord, "account"> = {
  name: "iam/access-report",
  indexes: { account: (report) => report.account },
};

export function accessReportKey(account: string, jobId: string): Key<AccessReportRecord> {
  return keyOf(accessReports, account, jobId);
}
