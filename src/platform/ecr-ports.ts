import type { Operations } from "#generated/secretsmanager/types.ts";
import { partitionOf } from "#kernel/arn.ts";
import type { AccessCheck } from "#kernel/authorization.ts";
import type { Clock } from "#kernel/clock.ts";
import { Fault } from "#kernel/fault.ts";
import type { Caller } from "#kernel/handler.ts";
import type { ImageScanner } from "#kernel/image-scan.ts";
import type { UpstreamClient } from "#registry/index.ts";
import type { EcrPorts } from "#services/ecr/index.ts";
import { roleOfArn } from "#services/iam/model.ts";
import { roleCaller } from "#services/sts/index.ts";
import type { StoreHost } from "#store/index.ts";
import type { ActAs } from "./act-as.ts";
import type { Identity } from "./identity.ts";

export interface EcrPortsOptions {
  readonly store: StoreHost;
  readonly clock: Clock;
  readonly upstream: UpstreamClient;
  readonly scanner: ImageScanner;
  readonly canAssume: Identity["canAssume"];
  readonly check: AccessCheck;
  readonly actAs: ActAs;
}

type GetSecretValue = Operations["GetSecretValue"];

/** What ECR does beyond its own records: other services in an account's name, and other registries. */
export function createEcrPorts(options: EcrPortsOptions): EcrPorts {
  const { store, clock, upstream, scanner, canAssume, check, actAs } = options;
  return {
    ...{ check, scanner },
    probe: (place) => upstream.check(place),
    takeOn(account, roleArn, repositoryArn) {
      const role = roleOfArn(store, roleArn);
      if (role === undefined || !canAssume(account, roleArn, "ecr.amazonaws.com", repositoryArn)) return undefined;
      const caller = roleCaller(role, "ecr", { issuedAt: clock.now(), policies: [], tags: {} });
      return { ...caller, accessKeyId: "" };
    },
    async readSecret({ account, region }, secretArn) {
      const place = { caller: accountItself(account, region), account, region };
      const input: GetSecretValue["input"] = { SecretId: secretArn };
      const call = { ...place, service: "secretsmanager", operation: "GetSecretValue", input };
      const { SecretString } = await actAs<GetSecretValue["output"]>(call);
      if (SecretString === undefined) throw new Fault("InvalidParameterException", "The secret holds binary data.");
      return SecretString;
    },
  };
}

/** As the service-linked role of AWS: what the account's secrets and their policies let their owner read. */
function accountItself(account: string, region: string): Caller {
  const arn = `arn:${partitionOf(region)}:iam::${account}:root`;
  return { arn, userId: account, account, accessKeyId: "", type: "Root" };
}
