import { characters, type Random } from "#kernel/random.ts";

/** `ecs-svc/` and 19 digits, as AWS numbers deployments. */
export function newDeploymentId(ctx: { readonly random: Random }): string {
  return `ecs-svc/${newNumber(ctx)}`;
}

/** 19 digits: the last part of the ARNs of service revisions and service deployments. */
export function newNumber({ random }: { readonly random: Random }): string {
  return `${1 + Math.floor(random.float() * 9)}${characters(random, 18, "0123456789")}`;
}
