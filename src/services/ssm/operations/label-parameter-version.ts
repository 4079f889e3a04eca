import { Fault } from "#kernel/fault.ts";
import { versionKey } from "../model.ts";
import { requireParameter, versionNotFound } from "../request/find.ts";
import type { SsmHandler } from "../request/handler.ts";
import { labelsOf } from "../request/shapes.ts";

const mostLabels = 10;

/** A label is on one version: it moves to where it is put last. */
export const LabelParameterVersion: SsmHandler<"LabelParameterVersion"> = async (input, ctx) => {
  const parameter = requireParameter(ctx, input.Name);
  const ParameterVersion = input.ParameterVersion ?? parameter.value.version;
  const version = await ctx.store.get(versionKey(parameter.value, ParameterVersion));
  if (version.value === undefined) throw versionNotFound(parameter.value, String(ParameterVersion));
  const InvalidLabels = input.Labels.filter((label) => !isLabel(label));
  const valid = input.Labels.filter(isLabel);
  const labels = { ...parameter.value.labels, ...Object.fromEntries(valid.map((label) => [label, ParameterVersion])) };
  const value = { ...parameter.value, labels };
  if (labelsOf(value, ParameterVersion).length > mostLabels) {
    const message =
      "An error occurred (ParameterVersionLabelLimitExceeded) when calling the LabelParameterVersion operation: " +
      `A parameter version can have maximum ${mostLabels} labels.` +
      "Move one or more labels to another version and try again.";
    throw new Fault("ParameterVersionLabelLimitExceeded", message);
  }
  if (valid.length > 0) {
    await ctx.store.commit({ unchanged: [parameter, version], put: [{ key: parameter.key, value }] });
  }
  return { InvalidLabels, ParameterVersion };
};

/** Labels begin with no digit, and not with `aws` or `ssm` in any case. */
function isLabel(label: string): boolean {
  return /^[A-Za-z_.-][A-Za-z0-9_.-]*$/.test(label) && !/^(aws|ssm)/i.test(label);
}
