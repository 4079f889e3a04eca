import type { Parameter } from "#generated/ssm/types.ts";
import type { RequestContext } from "#kernel/handler.ts";
import { requireVersion } from "./find.ts";
import { publicParameter } from "./public.ts";
import { toParameter } from "./shapes.ts";
import { readValue } from "./value.ts";

/** The version that a name or an ARN, perhaps with a version or a label, stands for, with its value. */
export async function readParameter(
  ctx: RequestContext,
  text: string,
  how: Parameters<typeof readValue>[3],
): Promise<Parameter> {
  const found = publicParameter(ctx, text);
  if (found !== undefined) return found;
  const { parameter, version, selector } = await requireVersion(ctx, text);
  return toParameter(parameter, version, readValue(ctx, parameter, version, how), selector);
}
