import type { Tag } from "#generated/cloudwatch/types.ts";
import { parseArn } from "#kernel/arn.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry } from "#kernel/store.ts";
import { withTags as mergedTags, type Tags } from "#kernel/tags.ts";
import { type AlarmRecord, alarmKey, newAlarmState } from "../model.ts";

const mostActions = 5;
const mostTags = 50;

/** What both kinds of alarm have in common. */
interface Actions {
  readonly OKActions?: readonly string[];
  readonly AlarmActions?: readonly string[];
  readonly InsufficientDataActions?: readonly string[];
  readonly ActionConfiguration?: object;
}

const supported =
  "An action is the ARN of a scaling policy or of a log group, or an http:// or https:// URL. EventBridge is told of " +
  "every change of state.";

/** Throws for actions that cannot be taken here. */
export function checkActions(ctx: RequestContext, input: Actions): void {
  if (input.ActionConfiguration !== undefined)
    throw invalid(ctx, "ActionConfiguration is not supported on this platform.");
  for (const name of ["OKActions", "AlarmActions", "InsufficientDataActions"] as const) {
    const actions = input[name] ?? [];
    if (actions.length > mostActions) {
      throw invalid(ctx, `The collection ${name} must not have a size greater than ${mostActions}.`);
    }
    for (const action of actions) checkAction(ctx, action);
  }
}

function checkAction(ctx: RequestContext, action: string): void {
  if (/^https?:\/\//.test(action)) {
    if (URL.canParse(action) && !new URL(action).username) return;
    throw invalid(ctx, `The action ${action} is no URL without credentials.`);
  }
  const arn = parseArn(action);
  if (arn === undefined) throw invalid(ctx, `Invalid action ARN: ${action}. ${supported}`);
  const isKnown =
    (arn.service === "autoscaling" && arn.resource.startsWith("scalingPolicy:")) ||
    (arn.service === "logs" && arn.resource.startsWith("log-group:"));
  if (!isKnown) throw invalid(ctx, `${action} cannot be an action on this platform. ${supported}`);
  if (arn.region !== ctx.region)
    throw invalid(ctx, `Invalid region ${arn.region} specified. Only ${ctx.region} is supported.`);
  if (arn.account !== ctx.account) throw invalid(ctx, `The action ${action} must be in the account of the alarm.`);
}

/** What every new alarm is until it is evaluated. */
export function initialState(ctx: RequestContext, tags: readonly Tag[] | undefined) {
  return newAlarmState(ctx, withTags(ctx, {}, tags), ctx.clock.now());
}

/** The tags of a resource after these have been set. */
export function withTags(ctx: RequestContext, old: Tags, tags: readonly Tag[] = []): Tags {
  if (tags.length > mostTags) throw invalid(ctx, `The collection Tags must not have a size greater than ${mostTags}.`);
  return mergedTags(old, tags, {
    reserved: (key) => invalid(ctx, `Tag keys that begin with aws: are reserved for system use: ${key}`),
    tooMany: (most) => ctx.fault("InvalidParameterValueException", `A resource has at most ${most} tags.`),
  });
}

export function invalid(ctx: RequestContext, message: string): Error {
  return ctx.fault("ValidationError", message);
}

/** The alarms of these names; `ResourceNotFound` when one is not there. */
export async function requireAlarms(
  ctx: RequestContext,
  names: readonly string[],
): Promise<readonly Entry<AlarmRecord>[]> {
  const reads = await Promise.all(names.map((name) => ctx.store.get(alarmKey(ctx, name))));
  return reads.map((read) => {
    if (read.value === undefined) throw noAlarm(ctx);
    return read;
  });
}

export function noAlarm(ctx: RequestContext): Error {
  return ctx.fault("ResourceNotFound", "", { status: 404 });
}
