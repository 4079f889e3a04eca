import { createDiscovery } from "#services/discovery/index.ts";
import { createEc2 } from "#services/ec2/index.ts";
import { type IdentityPlatform, identityPlatform } from "../iam/world.ts";

/** Cloud Map and EC2's VPCs behind the gateway, as clients of AWS reach them at an address. */
export async function discoveryPlatform(): Promise<IdentityPlatform> {
  const services = [createEc2({ publishNetwork() {} }), createDiscovery({ publishNames() {} })];
  const platform = await identityPlatform(services);
  return { ...platform, env: { ...platform.env, AWS_DISABLE_HOST_PREFIX_INJECTION: "true" } };
}
