import { versionKey } from "../model.ts";
import { requireParameter, versionNotFound } from "../request/find.ts";
import type { SsmHandler } from "../request/handler.ts";

export const UnlabelParameterVersion: SsmHandler<"UnlabelParameterVersion"> = async (input, ctx) => {
  const parameter = requireParameter(ctx, input.Name);
  const { labels } = parameter.value;
  const version = await ctx.store.get(versionKey(parameter.value, input.ParameterVersion));
  if (version.value === undefined) throw versionNotFound(parameter.value, String(input.ParameterVersion));
  const isOn = (label: string) => labels[label] === input.ParameterVersion;
  const RemovedLabels = input.Labels.filter(isOn);
  const kept = Object.fromEntries(Object.entries(labels).filter(([label]) => !RemovedLabels.includes(label)));
  if (RemovedLabels.length > 0) {
    const value = { ...parameter.value, labels: kept };
    await ctx.store.commit({ unchanged: [parameter, version], put: [{ key: parameter.key, value }] });
  }
  return { RemovedLabels, InvalidLabels: input.Labels.filter((label) => !isOn(label)) };
};
