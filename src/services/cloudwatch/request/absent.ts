import type { RequestContext } from "#kernel/handler.ts";

/**
 * What CloudWatch has and this platform has not. It answers as AWS does where there is none of it, and whoever wants to
 * make one is told what there is instead.
 */
export function refused(message: string): (input: unknown, ctx: RequestContext) => Promise<never> {
  return async (_input, ctx) => {
    throw ctx.fault("ValidationError", message);
  };
}

interface Paged {
  readonly NextToken?: string;
}

/** An empty list. No token leads on in it. */
export function emptyList<Output>(answer: Output): (input: Paged, ctx: RequestContext) => Promise<Output> {
  return async ({ NextToken: token }, ctx) => {
    if (token !== undefined) throw ctx.fault("InvalidNextToken", "The next token is not valid.");
    return answer;
  };
}

/** Something that is not there, as AWS calls it. */
export function notFound(ctx: RequestContext, ResourceType: string, ResourceId: string): Error {
  return ctx.fault("ResourceNotFoundException", "Unknown", { ResourceType, ResourceId });
}

/** Nothing is there to be changed: as AWS, that is no error. */
export const nothingToDo = async (): Promise<Record<string, never>> => ({});
