import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import {
  AssumeRoleCommand,
  type AssumeRoleCommandInput,
  GetFederationTokenCommand,
  type GetFederationTokenCommandInput,
  STSClient,
} from "@aws-sdk/client-sts";
import { createAuthorizer } from "#gateway/authorize/authorizer.ts";
import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { noExecSessions } from "#kernel/exec-sessions.ts";
import { memoryFiles } from "#kernel/memory-files.ts";
import { systemRandom } from "#kernel/random.ts";
import { createSecretBox } from "#kernel/secret-box.ts";
import { createIdentity } from "#platform/identity.ts";
import { createBlobStore } from "#registry/index.ts";
import { acmCollections, createAcm } from "#services/acm/index.ts";
import { cloudTrailCollections, createCloudTrail, Trail, TrailDelivery } from "#services/cloudtrail/index.ts";
import { cloudWatchCollections, createCloudWatch, MetricStorage } from "#services/cloudwatch/index.ts";
import { createEcr, ecrCollections } from "#services/ecr/index.ts";
import { elbCollections } from "#services/elb/index.ts";
import { createEvents, eventsCollections } from "#services/events/index.ts";
import { iamCollections } from "#services/iam/index.ts";
import { validatePolicy } from "#services/iam/policy/index.ts";
import { createKms, kmsCollections } from "#services/kms/index.ts";
import { createLogSink, createLogs, logsCollections } from "#services/logs/index.ts";
import { createSecretsManager, secretsManagerCollections } from "#services/secretsmanager/index.ts";
import { createSsm, ssmCollections } from "#services/ssm/index.ts";
import { createStore, memoryEngine } from "#store/index.ts";
import { serviceIndex } from "#wire/model.ts";
import { type Credentials, signRequest } from "#wire/sigv4/sign.ts";
import { noPorts } from "../../support/ecr.ts";
import { account, credentials, testGateway } from "../../support/gateway.ts";
import { logParts } from "../../support/log-queries.ts";
import { answerIn, type ProtocolName, requestIn } from "./protocols.ts";

/** An error answer, as botocore shows it. */
export class Refused extends Error {
  readonly answer: { readonly Error: { readonly Code: string; readonly Message?: string } };

  constructor(code: string, message: string | undefined) {
    super(`${code}: ${message}`);
    this.answer = { Error: { Code: code, ...(message !== undefined && { Message: message }) } };
  }
}

export interface RecordedWorld {
  /** What tells a client of AWS where the platform is, and that it is the root user. */
  readonly env: NodeJS.ProcessEnv;
  /** Calls an operation (`kms.CreateKey`) as the root, or with other keys, and gives the answer's JSON. */
  call<T = Record<string, never>>(target: string, input: object, more?: CallOptions): Promise<T>;
  /** Calls an operation of IAM with a form, and gives the answer's XML. */
  iam(action: string, parameters: Readonly<Record<string, string>>): Promise<string>;
  close(): Promise<void>;
}

export interface CallOptions {
  readonly region?: string;
  readonly credentials?: Credentials;
  /** By default JSON. */
  readonly protocol?: ProtocolName;
}

const unused = () => Promise.reject(new Error("Nothing goes out of here."));
const nowhere = { run: unused, refusal: unused, send: unused };

/** The services of identity, secrets, logs, trails, images and events behind the gateway, over a store in memory. */
export async function recordedWorld(): Promise<RecordedWorld> {
  const clock = systemClock();
  const random = systemRandom();
  const collections = [
    ...[iamCollections, kmsCollections, secretsManagerCollections, ssmCollections, logsCollections],
    ...[cloudTrailCollections, ecrCollections, eventsCollections, acmCollections, cloudWatchCollections],
    elbCollections,
  ].flat();
  const store = await createStore({ engine: memoryEngine({ clock }), collections, clock });
  const box = createSecretBox(random.bytes(32), random);
  const log = silentLog;
  const region = "us-east-1";
  const identity = createIdentity({ store, secretBox: box, clock, random, log, account, region, root: credentials });
  const policyFault = (document: string) => validatePolicy(document, "resource");
  const { storage, queries } = logParts({ files: memoryFiles() });
  const metrics = await MetricStorage.open({ files: memoryFiles(), clock, log });
  const folder = mkdtempSync(join(tmpdir(), "estiva-recorded-"));
  const blobs = createBlobStore({ dir: join(folder, "blobs"), clock, random });
  const trail = await Trail.open({ folder: join(folder, "trail"), clock, log });
  const refusal = () => undefined;
  const sink = createLogSink({ store, storage, clock, random });
  const delivery = new TrailDelivery({ store, trail, sink, refusal, clock, log });
  const services = [
    ...identity.services,
    ...[
      createKms({ box, policyFault }),
      createSecretsManager({ box, policyFault }),
      createSsm({ box, sessions: noExecSessions }),
    ],
    ...[createLogs({ storage, queries, policyFault }), createEcr({ ...noPorts, box, policyFault, blobs })],
    ...[createAcm({ box }), createCloudWatch({ storage: metrics })],
    createCloudTrail({ trail, delivery, refusal }),
    // Nothing is delivered: no controller runs here.
    createEvents({
      ...{ box, policyFault, logs: sink, logsRefusal: refusal, roles: nowhere, send: nowhere.send },
      counts: { count() {} },
    }),
  ];
  const { authorize } = createAuthorizer({ services, store, clock, secretBox: box });
  const options = { store: store.as("api"), credentials: identity.credentials, authorize };
  const { gateway } = testGateway(services, options);
  const endpoint = `http://127.0.0.1:${await gateway.listen("127.0.0.1", 0)}`;
  return {
    env: {
      ...process.env,
      AWS_ACCESS_KEY_ID: credentials.accessKeyId,
      AWS_SECRET_ACCESS_KEY: credentials.secretAccessKey,
      AWS_REGION: region,
      AWS_ENDPOINT_URL: endpoint,
    },
    call: (target, input, more = {}) =>
      (target.startsWith("sts.") ? sendToSts : send)(endpoint, target, input, more) as Promise<never>,
    async iam(Action, parameters) {
      const form = new URLSearchParams({ Action, Version: "2010-05-08", ...parameters });
      const headers = { "content-type": "application/x-www-form-urlencoded" };
      const { body } = await post(endpoint, "iam", { headers, body: Buffer.from(form.toString()) }, {});
      return Buffer.from(body).toString();
    },
    async close() {
      await gateway.close();
      await identity.usage.close();
      await trail.close();
      await storage.close();
      await metrics.close();
      store.close();
      rmSync(folder, { recursive: true });
    },
  };
}

async function post(
  endpoint: string,
  service: string,
  sent: Pick<ReturnType<typeof requestIn>, "headers" | "body"> & { readonly path?: string },
  { region = "us-east-1", credentials: keys = credentials }: CallOptions,
) {
  const { path = "/", body } = sent;
  const url = new URL(path, endpoint);
  const signed = signRequest(
    { method: "POST", path, query: "", headers: { ...sent.headers, host: url.host }, body },
    { credentials: keys, region, service, now: systemClock().now() },
  );
  const { host: _, ...headers } = signed.headers as Record<string, string>;
  const response = await fetch(url, { method: "POST", headers, body });
  return { ok: response.ok, headers: response.headers, body: new Uint8Array(await response.arrayBuffer()) };
}

/** Its protocol is Query, which the SDK speaks. */
async function sendToSts(endpoint: string, target: string, input: object, more: CallOptions) {
  const { region = "us-east-1", credentials: keys = credentials } = more;
  const client = new STSClient({ endpoint, region, credentials: keys, maxAttempts: 1 });
  const command =
    target === "sts.AssumeRole"
      ? new AssumeRoleCommand(input as AssumeRoleCommandInput)
      : new GetFederationTokenCommand(input as GetFederationTokenCommandInput);
  try {
    const { $metadata: _, ...answer } = await client.send(command as AssumeRoleCommand);
    return answer;
  } catch (error) {
    const { name: code, message } = error as Error;
    throw new Refused(code, message);
  } finally {
    client.destroy();
  }
}

async function send(endpoint: string, target: string, input: object, more: CallOptions) {
  const [service = "", operation = ""] = target.split(".");
  const { protocol = "json" } = more;
  const sent = requestIn(protocol, service, operation, input);
  const response = await post(endpoint, serviceIndex[service]!.signingName, sent, more);
  const answer = answerIn(protocol, { service, operation }, response);
  if ("output" in answer) return answer.output;
  throw new Refused(answer.code, answer.message);
}
