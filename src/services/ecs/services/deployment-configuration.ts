import type {
  DeploymentConfiguration as ConfigurationInput,
  DeploymentAlarms,
  DeploymentCircuitBreaker,
  ThresholdConfiguration,
} from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { invalid } from "../faults.ts";
import type { CircuitBreaker, DeploymentConfiguration, ServiceRecord } from "../model/service.ts";
import { resolveHook } from "./lifecycle-hook.ts";

/** What holds where nothing is said ("DeploymentConfiguration", Amazon ECS API). */
export function defaultConfiguration(strategy: ServiceRecord["schedulingStrategy"]): DeploymentConfiguration {
  const daemon = strategy === "DAEMON";
  return {
    strategy: "ROLLING",
    maximumPercent: daemon ? 100 : 200,
    minimumHealthyPercent: daemon ? 0 : 100,
    bakeTimeInMinutes: 0,
    lifecycleHooks: [],
  };
}

/** The configuration with what the request says; fields that it leaves out stay as they were. */
export function resolveConfiguration(
  ctx: RequestContext,
  input: ConfigurationInput | undefined,
  before: DeploymentConfiguration,
): DeploymentConfiguration {
  if (input === undefined) return before;
  const alarms = input.alarms ?? before.alarms;
  if (alarms !== undefined) checkAlarms(alarms);
  const breaker = input.deploymentCircuitBreaker && resolveBreaker(input.deploymentCircuitBreaker);
  const strategy = input.strategy ?? before.strategy;
  const { linearConfiguration: _, canaryConfiguration: __, earlySuccessCriteria: ___, ...kept } = before;
  const next: DeploymentConfiguration = {
    ...kept,
    strategy,
    maximumPercent: input.maximumPercent ?? before.maximumPercent,
    minimumHealthyPercent: input.minimumHealthyPercent ?? before.minimumHealthyPercent,
    ...(breaker && { deploymentCircuitBreaker: breaker }),
    ...(alarms && { alarms }),
    bakeTimeInMinutes: input.bakeTimeInMinutes ?? before.bakeTimeInMinutes,
    lifecycleHooks: input.lifecycleHooks?.map((hook) => resolveHook(ctx, hook)) ?? before.lifecycleHooks,
    ...resolveShift(strategy, input, before),
    ...resolveEarlySuccess(strategy, input, before),
  };
  checkPercents(next);
  return next;
}

const mostBakeMinutes = 1440;

/** How traffic is shifted: each strategy has a configuration of its own. */
function resolveShift(
  strategy: DeploymentConfiguration["strategy"],
  { linearConfiguration, canaryConfiguration, bakeTimeInMinutes = 0 }: ConfigurationInput,
  before: DeploymentConfiguration,
): Pick<DeploymentConfiguration, "linearConfiguration" | "canaryConfiguration"> {
  checkBake("bakeTimeInMinutes", bakeTimeInMinutes);
  if (linearConfiguration !== undefined && strategy !== "LINEAR") {
    throw invalid("linearConfiguration is only valid with the deployment strategy LINEAR.");
  }
  if (canaryConfiguration !== undefined && strategy !== "CANARY") {
    throw invalid("canaryConfiguration is only valid with the deployment strategy CANARY.");
  }
  if (strategy === "LINEAR") {
    const { stepPercent = 10, stepBakeTimeInMinutes = 6 } = linearConfiguration ?? before.linearConfiguration ?? {};
    checkPercent("stepPercent", stepPercent, 3);
    checkBake("stepBakeTimeInMinutes", stepBakeTimeInMinutes);
    return { linearConfiguration: { stepPercent, stepBakeTimeInMinutes } };
  }
  if (strategy !== "CANARY") return {};
  const { canaryPercent = 5, canaryBakeTimeInMinutes = 10 } = canaryConfiguration ?? before.canaryConfiguration ?? {};
  checkPercent("canaryPercent", canaryPercent, 0.1);
  checkBake("canaryBakeTimeInMinutes", canaryBakeTimeInMinutes);
  return { canaryConfiguration: { canaryPercent, canaryBakeTimeInMinutes } };
}

/** Percentages are multiples of 0.1. */
function checkPercent(name: string, percent: number, least: number): void {
  const isTenths = Math.abs(percent * 10 - Math.round(percent * 10)) < 1e-9;
  if (percent >= least && percent <= 100 && isTenths) return;
  throw invalid(`${name} must be a multiple of 0.1 from ${least.toFixed(1)} to 100.0.`);
}

function checkBake(name: string, minutes: number): void {
  if (minutes >= 0 && minutes <= mostBakeMinutes) return;
  throw invalid(`${name} must be between 0 and ${mostBakeMinutes} minutes.`);
}

function resolveEarlySuccess(
  strategy: DeploymentConfiguration["strategy"],
  { earlySuccessCriteria: input, minimumHealthyPercent }: ConfigurationInput,
  before: DeploymentConfiguration,
): Pick<DeploymentConfiguration, "earlySuccessCriteria"> {
  const kept = strategy === "ROLLING" ? before.earlySuccessCriteria : undefined;
  if (input === undefined) return kept === undefined ? {} : { earlySuccessCriteria: kept };
  if (!input.enable) return {};
  if (strategy !== "ROLLING") throw invalid("Early success criteria are only valid with ROLLING deployments.");
  const { healthyPercent, sourceServiceRevisionCleanup } = input;
  if (healthyPercent === undefined || sourceServiceRevisionCleanup === undefined) {
    throw invalid("Early success criteria need healthyPercent and sourceServiceRevisionCleanup.");
  }
  if (healthyPercent < (minimumHealthyPercent ?? before.minimumHealthyPercent)) {
    throw invalid("healthyPercent must be greater than or equal to minimumHealthyPercent.");
  }
  return { earlySuccessCriteria: { healthyPercent, sourceServiceRevisionCleanup } };
}

/** All of `alarms` is given, or nothing. An alarm may be made later than the service that it watches. */
function checkAlarms({ enable, alarmNames }: DeploymentAlarms): void {
  if (!enable || alarmNames.length > 0) return;
  throw invalid("alarmNames can not be empty when deployment alarms are enabled.");
}

function resolveBreaker(input: DeploymentCircuitBreaker): CircuitBreaker {
  return {
    enable: input.enable,
    rollback: input.rollback,
    resetOnHealthyTask: input.resetOnHealthyTask ?? true,
    thresholdConfiguration: resolveThreshold(input.thresholdConfiguration),
  };
}

function resolveThreshold(input: ThresholdConfiguration | undefined): CircuitBreaker["thresholdConfiguration"] {
  const type = input?.type ?? "BOUNDED_PERCENT";
  const value = input?.value ?? 50;
  const most = type === "COUNT" ? Number.MAX_SAFE_INTEGER : 100;
  if (value < 1 || value > most) {
    throw invalid(`thresholdConfiguration value must be at least 1${type === "COUNT" ? "" : " and at most 100"}.`);
  }
  return { type, value };
}

function checkPercents({ maximumPercent, minimumHealthyPercent }: DeploymentConfiguration): void {
  if (minimumHealthyPercent < 0 || minimumHealthyPercent > 100) {
    throw invalid("minimumHealthyPercent must be between 0 and 100.");
  }
  if (maximumPercent < 100) throw invalid("maximumPercent must be greater than or equal to 100.");
  if (maximumPercent === 100 && minimumHealthyPercent === 100) {
    const words = "Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.";
    throw invalid(words);
  }
}
