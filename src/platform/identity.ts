import { partitionOf } from "#kernel/arn.ts";
import type { ConditionKeys } from "#kernel/authorization.ts";
import type { Clock } from "#kernel/clock.ts";
import type { Log } from "#kernel/controller.ts";
import type { Caller, ServiceModule } from "#kernel/handler.ts";
import type { Random } from "#kernel/random.ts";
import type { SecretBox } from "#kernel/secret-box.ts";
import { accessKeyFinder, createIam, findPolicy, SecondFactor, UsageLog } from "#services/iam/index.ts";
import { defaultVersion, type RoleRecord, roleOfArn } from "#services/iam/model.ts";
import { type PolicyCompiler, policyCompiler, validatePolicy } from "#services/iam/policy/index.ts";
import { type TrustedPrincipal, trusts } from "#services/iam/trust.ts";
import { createOrganizations } from "#services/organizations/index.ts";
import { createProviderKeys, createSts, openSession } from "#services/sts/index.ts";
import type { StoreHost } from "#store/index.ts";
import { linkedRoleUses } from "./collections.ts";
import type { RootCredentials } from "./data-folder.ts";
import { sendHttp } from "./http-sender.ts";

export interface IdentityOptions {
  readonly store: StoreHost;
  readonly secretBox: SecretBox;
  readonly clock: Clock;
  readonly random: Random;
  readonly log: Log;
  readonly account: string;
  readonly region: string;
  readonly root: RootCredentials;
}

/** Who there is, and how each shows it. */
export interface Identity {
  readonly services: readonly ServiceModule[];
  readonly compile: PolicyCompiler;
  readonly secretBox: SecretBox;
  /** Remembers when keys and roles were used last. To be closed. */
  readonly usage: UsageLog;
  /** For the gateway: whose access key it is. */
  credentials(accessKeyId: string, sessionToken: string | undefined): Holder | undefined;
  /** Whether a role's trust policy allows the action to a service or to an identity provider's user. */
  trusts(role: RoleRecord, action: string, principal: TrustedPrincipal, keys: ConditionKeys): boolean;
  /** Whether the account has this role, and a service may take it on, on behalf of this resource. */
  canAssume(account: string, roleArn: string, service: string, sourceArn: string): boolean;
}

export interface Holder {
  readonly secretAccessKey: string;
  readonly caller: Caller;
  readonly sessionToken?: string;
  readonly expiresAt?: number;
}

/** IAM, Organizations and STS over one store, one master key and one cache of compiled policies. */
export function createIdentity(options: IdentityOptions): Identity {
  const { store, secretBox, clock, random } = options;
  const compile = policyCompiler();
  const trustsIt: Identity["trusts"] = (role, action, principal, keys) => {
    const now = clock.now();
    const time = { "aws:CurrentTime": new Date(now).toISOString(), "aws:EpochTime": String(Math.floor(now / 1000)) };
    return trusts(compile, role, action, principal, { ...keys, ...time });
  };
  const partition = partitionOf(options.region);
  const findAccessKey = accessKeyFinder({ store, secretBox, partition });
  const root = rootHolder(options, partition);
  return {
    compile,
    secretBox,
    usage: new UsageLog({ store: store.as("iam.usage"), clock, log: options.log }),
    trusts: trustsIt,
    services: [
      createIam({ secretBox, linkedRoleUses }),
      createOrganizations({ managementAccount: options.account }),
      createSts({
        secretBox,
        random,
        providerKeys: createProviderKeys({ clock, fetchJson }),
        findPolicy: (_, arn) => policyText(store, arn),
        policyFault: (document) => validatePolicy(document, "identity"),
        trusts: trustsIt,
        secondFactor: new SecondFactor({ secretBox, clock }),
      }),
    ],
    canAssume(account, roleArn, service, sourceArn) {
      const role = roleOfArn(store, roleArn);
      const keys = { "aws:SourceArn": sourceArn, "aws:SourceAccount": account };
      return role?.account === account && trustsIt(role, "sts:AssumeRole", { service }, keys);
    },
    credentials(accessKeyId, sessionToken) {
      if (sessionToken !== undefined) return openSession(secretBox, accessKeyId, sessionToken);
      if (accessKeyId === options.root.accessKeyId) return root;
      const found = findAccessKey(accessKeyId);
      return found?.status === "Active" ? found : undefined;
    },
  };
}

function rootHolder({ account, root }: IdentityOptions, partition: string): Holder {
  const arn = `arn:${partition}:iam::${account}:root`;
  const caller: Caller = { arn, userId: account, account, accessKeyId: root.accessKeyId, type: "Root" };
  return { secretAccessKey: root.secretAccessKey, caller };
}

function policyText(store: StoreHost, arn: string): string | undefined {
  const policy = findPolicy(store, arn);
  return policy && defaultVersion(policy).document;
}

const fetchLimits = { timeoutMs: 5000, mostBodyBytes: 256 * 1024 };

/** Documents of identity providers: small, and soon there or not at all. */
async function fetchJson(url: string): Promise<unknown> {
  const { status, body } = await sendHttp({ method: "GET", url, headers: {} }, fetchLimits);
  if (status !== 200) throw new Error(`${url} answered ${status}`);
  return JSON.parse(body ?? "");
}
