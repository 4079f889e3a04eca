/**
 * The domain of a region's private names, in which tasks of a VPC look single names up: `ec2.internal` in us-east-1,
 * `<region>.compute.internal` elsewhere.
 */
export function privateDomain(region: string): string {
  return region === "us-east-1" ? "ec2.internal" : `${region}.compute.internal`;
}

/** `ip-172-31-0-5.ec2.internal` */
export function privateDnsName(address: string, region: string): string {
  return `ip-${address.replaceAll(".", "-")}.${privateDomain(region)}`;
}
