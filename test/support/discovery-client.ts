import type { Operations } from "#generated/servicediscovery/types.ts";
import { signRequest } from "#wire/sigv4/sign.ts";
import type { TestPlatform } from "./platform.ts";
import { until } from "./until.ts";

/** Calls Cloud Map at the platform's endpoint, as root. */
export async function discovery<Name extends keyof Operations>(
  { env }: TestPlatform,
  name: Name,
  input: Operations[Name]["input"],
): Promise<Operations[Name]["output"]> {
  const { AWS_ACCESS_KEY_ID: accessKeyId = "", AWS_SECRET_ACCESS_KEY: secretAccessKey = "" } = env;
  const { host, href } = new URL(env.AWS_ENDPOINT_URL!);
  const { headers, body } = signRequest(
    {
      ...{ method: "POST", path: "/", query: "", body: Buffer.from(JSON.stringify(input)) },
      headers: {
        "content-type": "application/x-amz-json-1.1",
        "x-amz-target": `Route53AutoNaming_v20170314.${name}`,
        host,
      },
    },
    {
      credentials: { accessKeyId, secretAccessKey },
      region: "us-east-1",
      service: "servicediscovery",
      now: Date.now(),
    },
  );
  const answer = await fetch(href, { method: "POST", headers: headers as Record<string, string>, body: body as never });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${name}: ${text}`);
  return JSON.parse(text || "{}");
}

/** Runs what gives an operation, and waits until it is done. */
export async function discoveryDone<Name extends keyof Operations>(
  platform: TestPlatform,
  name: Name,
  input: Operations[Name]["input"],
) {
  const { OperationId = "" } = (await discovery(platform, name, input)) as { OperationId?: string };
  const look = async () => (await discovery(platform, "GetOperation", { OperationId })).Operation!;
  const ended = await until(name, look, ({ Status = "" }) => ["SUCCESS", "FAIL"].includes(Status));
  if (ended.Status === "FAIL") throw new Error(`${name}: ${ended.ErrorMessage}`);
  return ended;
}
