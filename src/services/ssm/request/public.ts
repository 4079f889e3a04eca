import type { Parameter } from "#generated/ssm/types.ts";
import { Fault } from "#kernel/fault.ts";
import { usualRegions } from "#kernel/regions.ts";
import type { World } from "#kernel/world.ts";
import { parameterArn, parseReference } from "../model.ts";

const fluentBit = "public.ecr.aws/aws-observability/aws-for-fluent-bit:stable";
const regions = "/aws/service/global-infrastructure/regions";

/** The public parameters whose values hold on this platform, too ("Discovering public parameters"): name -> value. */
const values: ReadonlyMap<string, string> = new Map([
  // On AWS the same image in a private registry of the region, which takes an account there.
  ["/aws/service/aws-for-fluent-bit/latest", fluentBit],
  ["/aws/service/aws-for-fluent-bit/stable", fluentBit],
  ...Object.entries(usualRegions).flatMap(([region, longName]): [string, string][] => [
    [`${regions}/${region}`, region],
    [`${regions}/${region}/longName`, longName],
  ]),
]);

/** Those that name machine images (AMIs). */
const images =
  /^\/aws\/service\/(e[ck]s\/optimized-ami|ami-|bottlerocket|canonical|debian|deeplearning|freebsd|neuron|suse)/;

/** The public parameter that a name, or an ARN without an account, stands for; its only version is the first. */
export function publicParameter(world: World, text: string): Parameter | undefined {
  const reference = parseReference(world, text);
  const [name = ""] = reference?.names ?? [];
  const value = values.get(name);
  if (reference === undefined || value === undefined || reference.region !== world.region) return undefined;
  if (text.startsWith("arn:") && reference.account !== "") return undefined;
  const { selector } = reference;
  if (selector !== undefined && selector !== "1") return undefined;
  return { ...toParameter(world, name, value), ...(selector !== undefined && { Selector: `:${selector}` }) };
}

/** All of them that `isWanted` by their names. */
export function publicParameters(world: World, isWanted: (name: string) => boolean): readonly Parameter[] {
  return [...values].flatMap(([name, value]) => (isWanted(name) ? [toParameter(world, name, value)] : []));
}

/** Refuses what names an image of a machine: none is here, and a made-up one would fail later and elsewhere. */
export function refuseImage(text: string): void {
  if (!images.test(text.replace(/^arn:.*:parameter/, ""))) return;
  const message =
    `${text} is a machine image (AMI), and this platform has no EC2 instances to start from one. Use Fargate, or ` +
    "make machines of your own container instances: estiva instance register.";
  throw new Fault("ValidationException", message);
}

function toParameter({ region }: World, name: string, value: string): Parameter {
  const ARN = parameterArn({ account: "", region }, name);
  return { Name: name, Type: "String", Value: value, Version: 1, ARN, DataType: "text" };
}
