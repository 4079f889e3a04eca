import { Fault } from "#kernel/fault.ts";
import type { EcrHandler } from "../request/handler.ts";
import { changeRegistry } from "../request/registry.ts";

const mostExclusions = 100;

export const RegisterPullTimeUpdateExclusion: EcrHandler<"RegisterPullTimeUpdateExclusion"> = async (input, ctx) => {
  const { principalArn } = input;
  const createdAt = ctx.clock.now();
  await changeRegistry(ctx, (old) => {
    const exclusions = old.pullTimeExclusions ?? [];
    if (exclusions.some((each) => each.principalArn === principalArn)) {
      const words = `The pull time update exclusion for '${principalArn}' already exists`;
      throw new Fault("ExclusionAlreadyExistsException", `${words} in the registry with id '${ctx.account}'`);
    }
    if (exclusions.length >= mostExclusions) {
      const words = `A registry can have at most ${mostExclusions} pull time update exclusions.`;
      throw new Fault("LimitExceededException", words);
    }
    return { ...old, pullTimeExclusions: [...exclusions, { principalArn, createdAt }] };
  });
  return { principalArn, createdAt };
};
