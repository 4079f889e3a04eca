import { hex, type Random } from "#kernel/random.ts";
import type { World } from "#kernel/world.ts";
import type { LoadBalancerRecord } from "../model.ts";

/** The last part of the ARN of a load balancer, listener, rule or target group. */
export function newId(random: Random): string {
  return hex(random, 16);
}

type Named = World & Pick<LoadBalancerRecord, "name" | "id" | "type" | "scheme">;

/**
 * `web-1234567890.us-east-1.elb.amazonaws.com` of an application load balancer, with `internal-` before it when it is
 * internal; `web-50dc6c495c0c9188.elb.us-east-1.amazonaws.com` of a network load balancer.
 */
export function dnsNameOf({ name, id, type, scheme, region }: Named): string {
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  if (type === "network") return `${name}-${id}.elb.${region}.${domain}`;
  const prefix = scheme === "internal" ? "internal-" : "";
  // Up to ten digits that follow from the id.
  const number = Number(BigInt(`0x${id}`) % 2_000_000_000n) + 1;
  return `${prefix}${name}-${number}.${region}.elb.${domain}`;
}

/** The hosted zones that AWS has the names in, application before network ("Elastic Load Balancing endpoints"). */
const hostedZones: Readonly<Record<string, readonly [string, string]>> = {
  "us-east-1": ["Z35SXDOTRQ7X7K", "Z26RNL4JYFTOTI"],
  "us-east-2": ["Z3AADJGX6KTTL2", "ZLMOA37VPKANP"],
  "us-west-1": ["Z368ELLRRE2KJ0", "Z24FKFUX50B4VW"],
  "us-west-2": ["Z1H1FL5HABSF5", "Z18D5FSROUN65G"],
  "af-south-1": ["Z268VQBMOI5EKX", "Z203XCE67M25HM"],
  "ap-east-1": ["Z3DQVH9N71FHZ0", "Z12Y7K3UBGUAD1"],
  "ap-south-1": ["ZP97RAFLXTNZK", "ZVDDRBQ08TROA"],
  "ap-northeast-1": ["Z14GRHDCWA56QT", "Z31USIVHYNEOWT"],
  "ap-northeast-2": ["ZWKZPGTI48KDX", "ZIBE1TIR4HY56"],
  "ap-northeast-3": ["Z5LXEXXYW11ES", "Z1GWIQ4HH19I5X"],
  "ap-southeast-1": ["Z1LMS91P8CMLE5", "ZKVM4W9LS7TM"],
  "ap-southeast-2": ["Z1GM3OXH4ZPM65", "ZCT6FZBF4DROD"],
  "ca-central-1": ["ZQSVJUPU6J1EY", "Z2EPGBW3API2WT"],
  "eu-central-1": ["Z215JYRZR1TBD5", "Z3F0SRJ5LGBH90"],
  "eu-north-1": ["Z23TAZ6LKFMNIO", "Z1UDT6IFJ4EJM"],
  "eu-south-1": ["Z3ULH7SSC9OV64", "Z23146JA1KNAFP"],
  "eu-west-1": ["Z32O12XQLNTSW2", "Z2IFOLAFXWLO4F"],
  "eu-west-2": ["ZHURV8PSTC4K8", "ZD4D7Y8KGAS4G"],
  "eu-west-3": ["Z3Q77PNBQS71R4", "Z1CMS0P5QUZ6D5"],
  "me-south-1": ["ZS929ML54UICD", "Z3QSRYVP46NYYV"],
  "sa-east-1": ["Z2P70J7HTTTPLU", "ZTK26PT1VY4CU"],
};

/** Regions that are nobody's at AWS have the zone of us-east-1: there is no Route 53 to look it up in. */
export function hostedZoneIdOf({ region, type }: Pick<LoadBalancerRecord, "region" | "type">): string {
  const zones = hostedZones[region] ?? hostedZones["us-east-1"]!;
  return zones[type === "application" ? 0 : 1];
}
