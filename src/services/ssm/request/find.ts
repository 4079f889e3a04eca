import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Store } from "#kernel/store.ts";
import type { World } from "#kernel/world.ts";
import {
  type ParameterRecord,
  type ParameterReference,
  type ParameterVersionRecord,
  parameterKey,
  parameters,
  parseReference,
  versionKey,
} from "../model.ts";
import { checkName } from "./names.ts";

/** The parameter of this name or ARN, which must be of the caller's account and region. */
export function parameterIfAny(
  scope: World & { readonly store: Pick<Store, "view"> },
  text: string,
): { readonly entry: Entry<ParameterRecord>; readonly reference: ParameterReference } | undefined {
  const reference = parseReference(scope, text);
  if (reference === undefined) return undefined;
  if (reference.account !== scope.account || reference.region !== scope.region) return undefined;
  const found = reference.names.flatMap((name) => scope.store.view(parameters).get(parameterKey(scope, name)) ?? []);
  return found[0] && { entry: found[0], reference };
}

/** A parameter to be changed, named without a version. AWS says no more than that it is not found. */
export function requireParameter(ctx: RequestContext, text: string): Entry<ParameterRecord> {
  if (!text.startsWith("arn:")) checkName(text.split(":")[0]!);
  const found = parameterIfAny(ctx, text);
  if (found === undefined || found.reference.selector !== undefined) throw notFound();
  return found.entry;
}

/** A version of a parameter, and how it was asked for. */
export interface SelectedVersion {
  readonly parameter: ParameterRecord;
  readonly version: ParameterVersionRecord;
  readonly selector?: string;
}

/** The version that a name, perhaps with a version or a label, stands for. */
export async function requireVersion(ctx: RequestContext, text: string): Promise<SelectedVersion> {
  const found = parameterIfAny(ctx, text);
  if (found === undefined) {
    if (!text.startsWith("arn:")) checkName(text.split(":")[0]!);
    throw notFound();
  }
  const { selector } = found.reference;
  const parameter = found.entry.value;
  const number = selector === undefined ? parameter.version : versionOf(parameter, selector);
  const version = number === undefined ? undefined : (await ctx.store.get(versionKey(parameter, number))).value;
  if (version === undefined) throw versionNotFound(parameter, selector ?? "");
  return { parameter, version, ...(selector !== undefined && { selector: `:${selector}` }) };
}

function notFound(): Fault {
  return new Fault("ParameterNotFound", "");
}

export function versionNotFound({ name }: ParameterRecord, selector: string): Fault {
  const isNumber = /^\d+$/.test(selector);
  const what = isNumber ? `version ${selector} of ${name}` : `label ${selector} for parameter ${name}`;
  const message = `Systems Manager could not find ${what}. Verify the ${isNumber ? "version" : "label"} and try again.`;
  return new Fault("ParameterVersionNotFound", message);
}

/** The number of the version that a selector means; undefined for a label that is not there. */
export function versionOf({ labels }: ParameterRecord, selector: string): number | undefined {
  if (/^\d+$/.test(selector)) return Number(selector);
  return Object.hasOwn(labels, selector) ? labels[selector] : undefined;
}
