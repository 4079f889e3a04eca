import { systemRandom, uuid } from "#kernel/random.ts";
import { type Client, unless } from "../../client.ts";
import type { PlannedSecret } from "../model.ts";
import { projectTag, secretNameOf } from "../plan/names.ts";
import type { Report } from "../report.ts";

/** Names what is said to be there and is not. Changes nothing. */
export async function checkExternalSecrets(
  client: Client,
  secrets: readonly PlannedSecret[],
  report: Report,
): Promise<void> {
  for (const { name, external } of secrets) {
    if (external === undefined || (await describe(client, external)) !== undefined) continue;
    report.problem(
      `secrets.${name}`,
      `Secrets Manager has no secret ${external}. Make it: aws secretsmanager create-secret`,
    );
  }
}

/**
 * Puts the secrets into Secrets Manager, a new version where the value has changed. Resolves with what a task
 * definition names each by: its version is part of it, so that a changed secret is rolled out.
 */
export async function ensureSecrets(
  client: Client,
  project: string,
  secrets: readonly PlannedSecret[],
): Promise<ReadonlyMap<string, string>> {
  const references = new Map<string, string>();
  for (const { name, external, value } of secrets) {
    const id = external ?? secretNameOf(project, name);
    const found = await describe(client, id);
    if (external !== undefined) references.set(name, referenceOf(found!.ARN!, currentOf(found!.VersionIdsToStages)));
    else references.set(name, await ensureValue(client, project, id, value!, found?.ARN));
  }
  return references;
}

async function ensureValue(client: Client, project: string, id: string, value: string, arn?: string): Promise<string> {
  if (arn === undefined) {
    const Tags = [{ Key: projectTag, Value: project }];
    const made = await client.secrets("CreateSecret", { ...token(), Name: id, SecretString: value, Tags });
    return referenceOf(made.ARN!, made.VersionId!);
  }
  const current = await client.secrets("GetSecretValue", { SecretId: arn });
  if (current.SecretString === value) return referenceOf(arn, current.VersionId!);
  const put = await client.secrets("PutSecretValue", { ...token(), SecretId: arn, SecretString: value });
  return referenceOf(arn, put.VersionId!);
}

/** Secrets Manager demands one, so that a call sent again makes no second version. */
function token() {
  return { ClientRequestToken: uuid(systemRandom()) };
}

/** `ARN:json-key:version-stage:version-id` */
function referenceOf(arn: string, version: string): string {
  return `${arn}:::${version}`;
}

function currentOf(versions: Readonly<Record<string, readonly string[]>> = {}): string {
  return Object.entries(versions).find(([, stages]) => stages.includes("AWSCURRENT"))?.[0] ?? "";
}

function describe(client: Client, SecretId: string) {
  return unless("ResourceNotFoundException", client.secrets("DescribeSecret", { SecretId }));
}

/** The project's own secrets, for good. */
export async function removeSecrets(client: Client, project: string): Promise<number> {
  let removed = 0;
  let NextToken: string | undefined;
  do {
    const Filters = [
      { Key: "tag-key" as const, Values: [projectTag] },
      { Key: "tag-value" as const, Values: [project] },
    ];
    const page = await client.secrets("ListSecrets", { Filters, ...(NextToken && { NextToken }) });
    for (const { ARN, Tags } of page.SecretList ?? []) {
      if (!Tags?.some(({ Key, Value }) => Key === projectTag && Value === project)) continue;
      await client.secrets("DeleteSecret", { SecretId: ARN!, ForceDeleteWithoutRecovery: true });
      removed++;
    }
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return removed;
}
