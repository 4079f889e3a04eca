import type { ConditionKeys } from "#kernel/authorization.ts";
import {
  type RegistryAction,
  type RegistryCaller,
  type RegistryRepository,
  type RegistryRequest,
  registryFault,
} from "#kernel/registry.ts";
import type { World } from "#kernel/world.ts";
import { repositories, repositoryArn, repositoryKey } from "../model/repository.ts";
import { openToken, tokenUser } from "../model/token.ts";
import { notThere } from "./cached.ts";
import { mayImport, toBeMade } from "./imports.ts";
import { makeOnPush } from "./on-push.ts";
import type { CatalogParts } from "./parts.ts";

/** Which of ECR's actions each step of the registry's protocol is. */
const actions: Readonly<Record<RegistryAction, string>> = {
  readManifest: "BatchGetImage",
  readBlob: "GetDownloadUrlForLayer",
  checkBlob: "BatchCheckLayerAvailability",
  startUpload: "InitiateLayerUpload",
  writeUpload: "UploadLayerPart",
  finishUpload: "CompleteLayerUpload",
  putManifest: "PutImage",
  listTags: "ListImages",
  // ECR has no action of its own for it.
  listReferrers: "BatchGetImage",
  delete: "BatchDeleteImage",
};

/** Who shows an authorization token, and whose registry is asked. */
export function authenticate({ box, clock }: CatalogParts, request: RegistryRequest): RegistryCaller {
  const password = passwordIn(request.authorization);
  const token = password === undefined ? undefined : openToken(box, password);
  if (token === undefined) throw registryFault("UNAUTHORIZED", "Not Authorized");
  if (clock.now() >= token.expiresAt) {
    throw registryFault("DENIED", "Your authorization token has expired. Reauthenticate and try again.");
  }
  const { account, region } = registryIn(request.host) ?? token;
  return { caller: token.caller, account, region, conditionKeys: originKeys(request) };
}

function originKeys({ sourceAddress, userAgent }: RegistryRequest): ConditionKeys {
  return {
    // A socket that takes both kinds of addresses shows those of the old kind in the new one.
    ...(sourceAddress !== "" && { "aws:SourceIp": sourceAddress.replace(/^::ffff:(?=\d+\.)/, "") }),
    ...(userAgent !== "" && { "aws:UserAgent": userAgent }),
  };
}

/** The password of `Basic` credentials whose user is `AWS`. */
function passwordIn(authorization = ""): string | undefined {
  const encoded = /^basic +([A-Za-z0-9+/=]+)$/i.exec(authorization)?.[1];
  if (encoded === undefined) return undefined;
  const text = Buffer.from(encoded, "base64").toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 0 || text.slice(0, colon) !== tokenUser) return undefined;
  return text.slice(colon + 1);
}

/** The registry that a host's name tells: `000000000000.dkr.ecr.us-east-1.localhost:4566`. */
function registryIn(host: string): World | undefined {
  const [, account, region] = /^(\d{12})\.dkr\.ecr\.([a-z0-9-]+)\./.exec(host) ?? [];
  return account === undefined || region === undefined ? undefined : { account, region };
}

/** What a push begins with: there, repositories are made that a template makes on push. */
const pushes: RegistryAction = "startUpload";
/** What a pull reads: only there, images come from elsewhere. */
const pulls: ReadonlySet<RegistryAction> = new Set(["readManifest", "readBlob", "checkBlob"]);

/** The repository, when IAM, the repository's policy and the registry's allow this to the caller. */
export async function authorize(
  parts: CatalogParts,
  registryCaller: RegistryCaller,
  action: RegistryAction,
  name: string,
): Promise<RegistryRepository> {
  const { store, check } = parts;
  const { account, region } = registryCaller;
  const world = { account, region };
  const resource = repositoryArn(world, name);
  const refusal = check({ ...registryCaller, action: `ecr:${actions[action]}`, resource });
  // Before it is told whether there is one: who may not, learns nothing.
  if (refusal !== undefined) throw registryFault("DENIED", refusal);
  const found = store.view(repositories).get(repositoryKey(world, name));
  const imports = pulls.has(action) && mayImport(parts, registryCaller, name, found !== undefined);
  if (found !== undefined) return { id: found.value.id, name, ...(imports && { imports: world }) };
  if (imports && action === "readManifest") return toBeMade(registryCaller, name);
  const made = action === pushes ? await makeOnPush(parts, registryCaller, name) : undefined;
  if (made !== undefined) return { id: made.id, name };
  throw registryFault("NAME_UNKNOWN", notThere(account, name));
}
