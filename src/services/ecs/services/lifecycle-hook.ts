import type { DeploymentLifecycleHook } from "#generated/ecs/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { invalid } from "../faults.ts";
import { anyServiceArn, type LifecycleHook } from "../model/service.ts";

/** As long as hooks can take; the model of the API allows for more than the documentation does. */
const mostMinutes = 1440;
const mostUrlLength = 2048;
/** Stages that last only as long as their hooks and the traffic's shift do: there is nothing to pause. */
const unpausable = ["TEST_TRAFFIC_SHIFT", "PRODUCTION_TRAFFIC_SHIFT"];

/** A pause, or, in the place of a Lambda function, a URL that is called. Throws a fault for what cannot be. */
export function resolveHook(ctx: RequestContext, input: DeploymentLifecycleHook): LifecycleHook {
  const { targetType = "AWS_LAMBDA", lifecycleStages = [], timeoutConfiguration } = input;
  if (lifecycleStages.length === 0) throw invalid("A lifecycle hook must have at least one lifecycle stage.");
  const { timeoutInMinutes = mostMinutes, action = "ROLLBACK" } = timeoutConfiguration ?? {};
  if (timeoutInMinutes < 1 || timeoutInMinutes > mostMinutes) {
    throw invalid(`timeoutInMinutes must be between 1 and ${mostMinutes}.`);
  }
  const common = { lifecycleStages, timeoutInMinutes, timeoutAction: action };
  return targetType === "PAUSE" ? pause(input, common) : call(ctx, input, common);
}

type Common = Pick<LifecycleHook, "lifecycleStages" | "timeoutInMinutes" | "timeoutAction">;

function pause(input: DeploymentLifecycleHook, common: Common): LifecycleHook {
  for (const field of ["hookTargetArn", "roleArn", "hookDetails"] as const) {
    if (input[field] !== undefined) throw invalid(`${field} is not applicable for PAUSE hooks.`);
  }
  const stage = common.lifecycleStages.find((each) => unpausable.includes(each));
  if (stage !== undefined) throw invalid(`PAUSE hooks cannot be configured at the ${stage} stage.`);
  return { targetType: "PAUSE", ...common };
}

function call(ctx: RequestContext, input: DeploymentLifecycleHook, common: Common): LifecycleHook {
  const { hookTargetArn, roleArn, hookDetails } = input;
  if (hookTargetArn === undefined) throw invalid("hookTargetArn can not be blank for AWS_LAMBDA hooks.");
  checkTarget(ctx, hookTargetArn);
  if (roleArn !== undefined && !ctx.canAssume(roleArn, "ecs.amazonaws.com", anyServiceArn(ctx))) {
    throw invalid(
      `ECS was unable to assume the role '${roleArn}' that was provided for the lifecycle hook. Please verify that ` +
        "the role exists and has the proper trust relationship.",
    );
  }
  return {
    targetType: "AWS_LAMBDA",
    hookTargetArn,
    ...(roleArn !== undefined && { roleArn }),
    ...(hookDetails !== undefined && { hookDetails }),
    ...common,
  };
}

/**
 * The URL of a hook's target. Clients that take nothing but an ARN, such as Terraform, put it in the place of a
 * function's name: `arn:aws:lambda:us-east-1:000000000000:function:https://...`.
 */
export function hookUrl(target: string): string {
  return /^arn:[\w-]+:lambda:[\w-]*:\d*:function:(https?:.*)$/is.exec(target)?.[1] ?? target;
}

function checkTarget(ctx: RequestContext, given: string): void {
  const target = hookUrl(given);
  if (!/^https?:/i.test(target)) {
    throw ctx.fault(
      "UnsupportedFeatureException",
      "Lambda functions do not run on this platform. Use an http or https URL as hookTargetArn, which is called as a " +
        "Lambda function would be, or a lifecycle hook with the targetType PAUSE and ContinueServiceDeployment.",
    );
  }
  const url = URL.canParse(target) ? new URL(target) : undefined;
  if (url === undefined || target.length > mostUrlLength || url.username !== "" || url.password !== "" || url.hash) {
    throw invalid(
      `hookTargetArn must be a URL of at most ${mostUrlLength} characters without user name, password and fragment.`,
    );
  }
}
