import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { AuditRecord } from "#kernel/audit.ts";
import { systemClock } from "#kernel/clock.ts";
import { silentLog } from "#kernel/controller.ts";
import { DriverError, Fault } from "#kernel/fault.ts";
import { systemRandom } from "#kernel/random.ts";
import { textOf } from "#wire/message.ts";
import { signRequest } from "#wire/sigv4/sign.ts";
import { account, credentials, root } from "../../test/support/gateway.ts";
import { type SignedRouteOptions, signedRoute } from "./signed-route.ts";

const path = "/_estiva/explain/service";
const now = systemClock().now();

interface How {
  readonly service?: string;
  readonly secret?: string;
  readonly sent?: string;
  readonly unsigned?: boolean;
  readonly recordedAs?: string;
}

/** What the route answers to a body. */
async function ask(text: string, how: How = {}) {
  const asked: unknown[] = [];
  const records: AuditRecord[] = [];
  const options: SignedRouteOptions = {
    credentials: (id) =>
      id === root.accessKeyId ? { secretAccessKey: credentials.secretAccessKey, caller: root } : undefined,
    authorize: ({ operation, input, caller, origin }) => {
      asked.push([operation.name, input, caller.arn, origin.sourceIp]);
      if (input.cluster === "secret") throw new Fault("AccessDeniedException", "You may not.");
      return [];
    },
    ...{ clock: systemClock(), random: systemRandom(), log: silentLog },
    audit: { record: (record) => void records.push(record) },
  };
  const route = signedRoute<{ name: string }>(
    {
      service: "ecs",
      ...(how.recordedAs !== undefined && { recordedAs: how.recordedAs }),
      parse(body) {
        if (typeof body !== "object" || body === null || !("name" in body)) {
          throw new Fault("InvalidParameterException", "It has no name.");
        }
        return body as { name: string };
      },
      needs: ({ name }) => [{ operation: "DescribeServices", input: { cluster: name, services: ["app"] } }],
      answer: async ({ name }, { region, ...asker }) => {
        if (name === "broken") throw new Error("topsecret");
        if (name === "full") throw new DriverError("NoSpace", "write failed", { retryable: true });
        return { name, region, account: asker.account };
      },
    },
    options,
  );
  const body = Buffer.from(text);
  const headers = { host: "127.0.0.1:4566", "content-type": "application/json" };
  const unsigned = { method: "POST", path, query: "", headers, body };
  const keys = { accessKeyId: credentials.accessKeyId, secretAccessKey: how.secret ?? credentials.secretAccessKey };
  const signed = how.unsigned
    ? headers
    : signRequest(unsigned, { credentials: keys, region: "eu-west-1", service: how.service ?? "ecs", now }).headers;
  const sent = how.sent === undefined ? body : Buffer.from(how.sent);
  const answer = await route({ ...unsigned, headers: signed, body: sent, remoteAddress: "::ffff:10.0.0.9" });
  const content = typeof answer.body === "string" ? answer.body : textOf(answer.body as Uint8Array)!;
  return { status: answer.status, body: JSON.parse(content) as Record<string, unknown>, asked, records };
}

describe("a signed route", () => {
  it("answers who may call the operations that it needs, in the region of the signature", async () => {
    const { status, body, asked } = await ask('{"name":"web"}');
    assert.deepEqual([status, body], [200, { name: "web", region: "eu-west-1", account }]);
    assert.deepEqual(asked, [["DescribeServices", { cluster: "web", services: ["app"] }, root.arn, "10.0.0.9"]]);
  });

  const refusals: Readonly<Record<string, readonly [string, Parameters<typeof ask>[1], string]>> = {
    "without a signature": ['{"name":"web"}', { unsigned: true }, "MissingAuthenticationTokenException"],
    "signed with another secret": ['{"name":"web"}', { secret: "other" }, "InvalidSignatureException"],
    "signed for another service": ['{"name":"web"}', { service: "ec2" }, "InvalidSignatureException"],
    "changed on its way": ['{"name":"web"}', { sent: '{"name":"all"}' }, "InvalidSignatureException"],
    "without the rights": ['{"name":"secret"}', {}, "AccessDeniedException"],
    "that is no JSON": ["name", {}, "SerializationException"],
    "that is no question": ["{}", {}, "InvalidParameterException"],
  };
  for (const [title, [text, how, code]] of Object.entries(refusals)) {
    it(`refuses a question ${title}`, async () => {
      const { status, body } = await ask(text, how);
      assert.deepEqual([status, body.__type], [400, code]);
    });
  }

  it("is in the audit trail when it changes something, with who asked and what became of it", async () => {
    assert.deepEqual((await ask('{"name":"web"}')).records, []);
    const recordedAs = "InterruptSpotTasks";
    const { records } = await ask('{"name":"web"}', { recordedAs });
    const { eventSource, eventName, awsRegion, userIdentity, requestParameters, responseElements } = records[0]!;
    assert.deepEqual(
      [eventSource, eventName, awsRegion, userIdentity.arn, records[0]!.sourceIPAddress, records[0]!.readOnly],
      ["ecs.amazonaws.com", recordedAs, "eu-west-1", root.arn, "10.0.0.9", false],
    );
    assert.deepEqual(requestParameters, { name: "web" });
    assert.deepEqual(responseElements, { name: "web", region: "eu-west-1", account });
    const refused = (await ask("{}", { recordedAs })).records;
    assert.deepEqual(
      refused.map(({ errorCode, responseElements: none }) => [errorCode, none]),
      [["InvalidParameterException", null]],
    );
    assert.deepEqual((await ask('{"name":"web"}', { recordedAs, secret: "other" })).records, []);
  });

  it("tells of the platform's troubles as operations do", async () => {
    const { status, body } = await ask('{"name":"full"}');
    assert.deepEqual([status, body.message], [503, "The platform's disk is full."]);
  });

  it("tells nothing of a bug", async () => {
    const { status, body } = await ask('{"name":"broken"}');
    assert.deepEqual([status, body.__type], [500, "InternalFailure"]);
    assert.doesNotMatch(JSON.stringify(body), /topsecret/);
  });
});
