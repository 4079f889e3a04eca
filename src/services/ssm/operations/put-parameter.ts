import type { PutParameterRequest } from "#generated/ssm/types.ts";
import { Fault } from "#kernel/fault.ts";
import type { RequestContext } from "#kernel/handler.ts";
import type { Entry, Read } from "#kernel/store.ts";
import { worldOf } from "#kernel/world.ts";
import {
  mostVersions,
  type ParameterRecord,
  type ParameterVersionRecord,
  parameterKey,
  parameters,
  type VersionDetails,
  versionKey,
  versionsOf,
} from "../model.ts";
import type { SsmHandler, SsmParts } from "../request/handler.ts";
import { checkNewName } from "../request/names.ts";
import { checkPattern, checkRequest, tierOf } from "../request/put.ts";
import { labelsOf } from "../request/shapes.ts";
import { withTags } from "../request/tags.ts";
import { defaultKeyId, sealingKey, sealValue } from "../request/value.ts";

const quotas = { Standard: 10_000, Advanced: 100_000 };

export function putParameter({ box }: SsmParts): SsmHandler<"PutParameter"> {
  return async (input, ctx) => {
    checkNewName(ctx, input.Name);
    const existing = await ctx.store.get(parameterKey(ctx, input.Name));
    checkRequest(input, existing.value);
    const newest = detailsOf(input, existing.value, ctx);
    checkPattern(newest.allowedPattern, input.Value);
    if (existing.value === undefined) checkQuota(ctx, newest.tier);
    const parameter = nextRecord(input, existing, newest, ctx);
    const outdated = existing.value === undefined ? [] : await outdatedVersions(ctx, existing.value);
    const sealing = newest.keyId === undefined ? undefined : await sealingKey(ctx, newest.keyId, box);
    const value = sealing === undefined ? input.Value : sealValue(ctx, input.Name, input.Value, sealing, box);
    const version: ParameterVersionRecord = { ...newest, version: parameter.version, value };
    await ctx.store.commit({
      unchanged: [existing, ...(sealing?.unchanged ?? [])],
      put: [
        ...(sealing?.put ?? []),
        { key: existing.key, value: parameter },
        { key: versionKey(parameter, version.version), value: version },
      ],
      remove: outdated.map(({ key }) => key),
    });
    return { Version: version.version, Tier: newest.tier };
  };
}

/** What a request leaves out stays as it was. */
function detailsOf(
  input: PutParameterRequest,
  existing: ParameterRecord | undefined,
  ctx: RequestContext,
): VersionDetails {
  const { type, description, allowedPattern, keyId = defaultKeyId } = existing?.newest ?? {};
  const Type = input.Type ?? type ?? "String";
  const Description = input.Description ?? description;
  const AllowedPattern = input.AllowedPattern ?? allowedPattern;
  return {
    type: Type,
    ...(Type === "SecureString" && { keyId: input.KeyId ?? keyId }),
    ...(Description !== undefined && { description: Description }),
    ...(AllowedPattern !== undefined && { allowedPattern: AllowedPattern }),
    tier: tierOf(input, existing),
    dataType: "text",
    lastModifiedDate: ctx.clock.now(),
    lastModifiedUser: ctx.caller.arn,
  };
}

function nextRecord(
  input: PutParameterRequest,
  existing: Read<ParameterRecord>,
  newest: VersionDetails,
  { account, region }: RequestContext,
): ParameterRecord {
  if (existing.value !== undefined) return { ...existing.value, version: existing.value.version + 1, newest };
  const tags = withTags({}, input.Tags ?? []);
  return { account, region, name: input.Name, version: 1, labels: {}, tags, newest };
}

function checkQuota(ctx: RequestContext, tier: VersionDetails["tier"]): void {
  const view = ctx.store.view(parameters);
  // Counted only when there are so many that it can matter.
  if (view.count("world", worldOf(ctx)) < quotas[tier]) return;
  const same = view.by("world", worldOf(ctx)).filter(({ value }) => value.newest.tier === tier);
  if (same.length < quotas[tier]) return;
  const message = `You have exceeded the number of ${tier} parameters for this account and region: ${quotas[tier]}.`;
  throw new Fault("ParameterLimitExceeded", message);
}

/** The oldest versions, when there would be too many. A version with a label is not removed. */
async function outdatedVersions(
  ctx: RequestContext,
  parameter: ParameterRecord,
): Promise<readonly Entry<ParameterVersionRecord>[]> {
  const versions = await ctx.store.list(versionsOf(parameter));
  const outdated = versions.slice(0, Math.max(0, versions.length + 1 - mostVersions));
  const labelled = outdated.find(({ value }) => labelsOf(parameter, value.version).length > 0);
  if (labelled === undefined) return outdated;
  throw new Fault(
    "ParameterMaxVersionLimitExceeded",
    `You attempted to create a new version of ${parameter.name} by calling the PutParameter API with the overwrite ` +
      `flag. Version ${labelled.value.version}, the oldest version, can't be deleted because it has a label ` +
      "associated with it. Move the label to another version of the parameter, and try again.",
  );
}
