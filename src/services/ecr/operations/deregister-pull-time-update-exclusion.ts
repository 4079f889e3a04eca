import { Fault } from "#kernel/fault.ts";
import type { EcrHandler } from "../request/handler.ts";
import { changeRegistry } from "../request/registry.ts";

type Operation = EcrHandler<"DeregisterPullTimeUpdateExclusion">;

export const DeregisterPullTimeUpdateExclusion: Operation = async ({ principalArn }, ctx) => {
  await changeRegistry(ctx, (old) => {
    const exclusions = old.pullTimeExclusions ?? [];
    const kept = exclusions.filter((each) => each.principalArn !== principalArn);
    if (kept.length === exclusions.length) {
      const words = `The pull time update exclusion for '${principalArn}' does not exist`;
      throw new Fault("ExclusionNotFoundException", `${words} in the registry with id '${ctx.account}'`);
    }
    return { ...old, pullTimeExclusions: kept };
  });
  return { principalArn };
};
