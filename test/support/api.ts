import { type Client, createClient, ServiceError } from "#cli/client.ts";
import type { Connection } from "#cli/settings.ts";
import { signRequest } from "#wire/sigv4/sign.ts";

const targets = {
  ecr: "AmazonEC2ContainerRegistry_V20150921",
  ecs: "AmazonEC2ContainerServiceV20141113",
  kms: "TrentService",
  "application-autoscaling": "AnyScaleFrontendService",
  /** CloudWatch */
  monitoring: "GraniteServiceVersion20100801",
  organizations: "AWSOrganizationsV20161128",
  secretsmanager: "secretsmanager",
} as const;

/** The API with somebody's credentials, without types: for tests that need many services and no process for each. */
export interface Api {
  /** Resolves with the answer; rejects with a `ServiceError`. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look at what they expect
  call(service: keyof typeof targets, operation: string, input?: object): Promise<any>;
  readonly iam: Client["iam"];
  readonly sts: Client["sts"];
}

export function apiOf(connection: Connection): Api {
  const url = new URL(connection.endpoint);
  const query = (use: (client: Client) => Promise<string>) => {
    const client = createClient(connection);
    return use(client).finally(() => client.close());
  };
  return {
    async call(service, operation, input = {}) {
      const body = JSON.stringify(input);
      const headers = {
        ...{ host: url.host, "content-type": "application/x-amz-json-1.1" },
        "x-amz-target": `${targets[service]}.${operation}`,
      };
      const request = { method: "POST", path: "/", query: "", headers, body: Buffer.from(body) };
      const signed = signRequest(request, { ...connection, credentials: connection, service, now: Date.now() });
      const answer = await fetch(url, { method: "POST", headers: signed.headers as Record<string, string>, body });
      const text = await answer.text();
      const json = text === "" ? {} : JSON.parse(text);
      if (answer.ok) return json;
      throw new ServiceError(String(json.__type).split("#").at(-1)!, json.message ?? json.Message);
    },
    iam: (...words) => query((client) => client.iam(...words)),
    sts: (...words) => query((client) => client.sts(...words)),
  };
}
