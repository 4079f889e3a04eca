export interface Arn {
  readonly partition: string;
  readonly service: string;
  readonly region: string;
  readonly account: string;
  /** All that follows the fifth colon: `cluster/web`, `log-group:/app:*`. */
  readonly resource: string;
}

/**
 * The parts of an Amazon Resource Name, or undefined when the text is none. One whose partition is not that of its
 * region is none: a resource has one ARN, and what a policy says of it cannot be got round with another spelling.
 */
export function parseArn(text: string): Arn | undefined {
  if (!text.startsWith("arn:")) return undefined;
  // Every request asks this of its resources several times: no array is made on the way.
  const service = text.indexOf(":", 4) + 1;
  const region = text.indexOf(":", service) + 1;
  const account = text.indexOf(":", region) + 1;
  const resource = text.indexOf(":", account) + 1;
  if (service <= 5 || region <= service + 1 || account === 0 || resource === 0) return undefined;
  const [partition, place] = [text.slice(4, service - 1), text.slice(region, account - 1)];
  if (place !== "" && place !== "*" && partition !== partitionOf(place)) return undefined;
  return {
    partition,
    service: text.slice(service, region - 1),
    region: place,
    account: text.slice(account, resource - 1),
    resource: text.slice(resource),
  };
}

export function formatArn(arn: Arn): string {
  return `arn:${arn.partition}:${arn.service}:${arn.region}:${arn.account}:${arn.resource}`;
}

/** Whether this could be a region's name. Every such name is a region: a world of its own. */
export function isRegionName(text: string): boolean {
  return /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/.test(text);
}

/** The partition of a region: `aws`, `aws-cn`, `aws-us-gov`... by the region's name. */
export function partitionOf(region: string): string {
  if (region.startsWith("cn-")) return "aws-cn";
  if (region.startsWith("us-gov-")) return "aws-us-gov";
  if (region.startsWith("eusc-")) return "aws-eusc";
  return "aws";
}
