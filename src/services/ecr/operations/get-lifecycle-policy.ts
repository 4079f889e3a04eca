import { requireRepository } from "../request/find.ts";
import type { EcrHandler } from "../request/handler.ts";
import { describeLifecycle, requireLifecycle } from "../request/lifecycle.ts";

export const GetLifecyclePolicy: EcrHandler<"GetLifecyclePolicy"> = async (input, ctx) => {
  const { value } = await requireRepository(ctx, input);
  return describeLifecycle(value, requireLifecycle(value));
};
