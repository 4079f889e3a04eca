import type { ServiceDeploymentRecord } from "../../model/service-deployment.ts";
import type { ServiceView } from "./view.ts";

/**
 * The alarms that a deployment is watched by, if it is. Those of a deployment that began with one of them in ALARM are
 * not: it would never get anywhere ("How CloudWatch alarms detect Amazon ECS deployment failures").
 */
export function alarmsOf({ deploymentConfiguration, alarmsIgnored }: ServiceDeploymentRecord) {
  const { alarms } = deploymentConfiguration;
  return alarms?.enable && !alarmsIgnored ? alarms : undefined;
}

/** Those that are in ALARM. One that does not exist, or has no data, says nothing. */
export function triggeredAlarms(deployment: ServiceDeploymentRecord, { alarmState }: ServiceView): string[] {
  return (alarmsOf(deployment)?.alarmNames ?? []).filter((name) => alarmState(name) === "ALARM");
}
