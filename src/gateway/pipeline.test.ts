import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { gzipSync } from "node:zlib";
import { ConflictError, DriverError, Fault, InvariantError } from "#kernel/fault.ts";
import type { Handler, RequestContext } from "#kernel/handler.ts";
import { VirtualClock } from "#kernel/virtual-clock.ts";
import type { HttpRequest } from "#wire/message.ts";
import { presignRequest, signRequest } from "#wire/sigv4/sign.ts";
import { credentials, fakeService, root, testGateway } from "../../test/support/gateway.ts";

const clock = new VirtualClock();
const neverAborted = () => new AbortController().signal;
const target = "AmazonEC2ContainerServiceV20141113";

function ecsRequest(
  operation: string,
  body: string | Uint8Array = "{}",
  headers: Record<string, string> = {},
): HttpRequest {
  return {
    method: "POST",
    path: "/",
    query: "",
    headers: {
      host: "127.0.0.1:4566",
      "content-type": "application/x-amz-json-1.1",
      "x-amz-target": `${target}.${operation}`,
      ...headers,
    },
    body: typeof body === "string" ? Buffer.from(body) : body,
  };
}

function formRequest(form: string): HttpRequest {
  const headers = { host: "127.0.0.1:4566", "content-type": "application/x-www-form-urlencoded; charset=utf-8" };
  return { method: "POST", path: "/", query: "", headers, body: Buffer.from(form) };
}

const restRequest: HttpRequest = { ...formRequest(""), method: "PUT", path: "/bucket", headers: { host: "h" } };

const signed = (request: HttpRequest, service = "ecs") =>
  signRequest(request, { credentials, region: "eu-west-1", service, now: clock.now() });

function gatewayOf(handler: Handler, options: Parameters<typeof testGateway>[1] = {}) {
  const services = [
    fakeService("ecs", { ListClusters: handler, RunTask: handler, DescribeTasks: handler }),
    fakeService("sts", { GetCallerIdentity: handler, AssumeRoleWithWebIdentity: handler }),
    fakeService("ec2", { DescribeVpcs: handler }),
    fakeService("cloudtrail", { ListTrails: handler }),
  ];
  const { gateway, lines } = testGateway(services, { clock, ...options });
  const ask = async (request: HttpRequest) => {
    const { status, headers, body } = await gateway.respond(request, neverAborted);
    const text = typeof body === "string" ? body : Buffer.from(body as Uint8Array).toString();
    return { status, headers, text };
  };
  return { ask, lines };
}

const failing =
  (error: unknown): Handler =>
  async () => {
    throw error;
  };

describe("what a handler is given", () => {
  it("the caller, the region of the credential, the endpoint", async () => {
    let ctx: RequestContext | undefined;
    const { ask } = gatewayOf(async (_input, given) => {
      ctx = given;
      return { clusterArns: [] };
    });
    const { status, headers, text } = await ask(signed(ecsRequest("ListClusters")));
    assert.deepEqual([status, text], [200, '{"clusterArns":[]}']);
    assert.equal(ctx?.caller, root);
    assert.deepEqual([ctx?.region, ctx?.partition, ctx?.account], ["eu-west-1", "aws", root.account]);
    assert.equal(ctx?.endpoint, "http://127.0.0.1:4566");
    assert.equal(ctx?.requestId, headers["x-amzn-requestid"]);
  });

  it("its input unpacked", async () => {
    let seen: unknown;
    const { ask } = gatewayOf(async (input) => {
      seen = input;
      return {};
    });
    const body = gzipSync('{"maxResults":5}');
    await ask(signed(ecsRequest("ListClusters", body, { "content-encoding": "gzip" })));
    assert.deepEqual(seen, { maxResults: 5 });
  });
});

it("a service is called by its name, with the package that older clients write before it and without", async () => {
  const { ask } = gatewayOf(async () => ({}));
  for (const target of ["com.amazonaws.cloudtrail.v20131101.CloudTrail_20131101", "CloudTrail_20131101"]) {
    const request = { ...ecsRequest("X"), headers: { host: "h", "x-amz-target": `${target}.ListTrails` } };
    assert.equal((await ask(signed(request, "cloudtrail"))).status, 200, target);
  }
});

describe("who may call", () => {
  const { ask } = gatewayOf(async () => ({}));
  const code = async (request: HttpRequest) => {
    const { status, text } = await ask(request);
    return [status, /"__type":"(\w+)"|<Code>(\w+)</.exec(text)?.slice(1).find(Boolean)];
  };
  const sts = formRequest("Action=GetCallerIdentity&Version=2011-06-15");
  const ec2 = formRequest("Action=DescribeVpcs&Version=2016-11-15");
  const unsignedRole = formRequest(
    "Action=AssumeRoleWithWebIdentity&Version=2011-06-15&RoleSessionName=me&WebIdentityToken=tttt" +
      "&RoleArn=arn:aws:iam::000000000000:role/x",
  );
  const otherKey = { ...credentials, accessKeyId: "AKIAOTHER" };
  const withToken = { ...credentials, sessionToken: "unknown" };
  const as = (request: HttpRequest, who: typeof credentials, service: string, at = clock.now()) =>
    signRequest(request, { credentials: who, region: "us-east-1", service, now: at });

  const cases: [string, HttpRequest, number, string | undefined][] = [
    ["nobody, JSON", ecsRequest("ListClusters"), 400, "MissingAuthenticationTokenException"],
    ["nobody, Query", sts, 403, "MissingAuthenticationToken"],
    ["nobody, EC2", ec2, 400, "MissingParameter"],
    ["nobody, where anyone may", unsignedRole, 200, undefined],
    ["unknown key, JSON", as(ecsRequest("ListClusters"), otherKey, "ecs"), 400, "UnrecognizedClientException"],
    ["unknown key, Query", as(sts, otherKey, "sts"), 403, "InvalidClientTokenId"],
    ["unknown key, EC2", as(ec2, otherKey, "ec2"), 401, "AuthFailure"],
    ["a token that the key has not", as(sts, withToken, "sts"), 403, "InvalidClientTokenId"],
    [
      "too old, JSON",
      as(ecsRequest("ListClusters"), credentials, "ecs", clock.now() - 301_000),
      400,
      "InvalidSignatureException",
    ],
    ["too old, Query", as(sts, credentials, "sts", clock.now() - 901_000), 403, "SignatureDoesNotMatch"],
    ["too old, EC2", as(ec2, credentials, "ec2", clock.now() - 301_000), 400, "RequestExpired"],
    ["another service's scope", as(ecsRequest("ListClusters"), credentials, "logs"), 400, "InvalidSignatureException"],
    [
      "a packed body from nobody",
      ecsRequest("ListClusters", "not even gzip", { "content-encoding": "gzip" }),
      400,
      "MissingAuthenticationTokenException",
    ],
    ["signed", as(sts, credentials, "sts"), 200, undefined],
    [
      "in a region of another partition",
      signRequest(sts, { credentials, region: "cn-north-1", service: "sts", now: clock.now() }),
      403,
      "InvalidClientTokenId",
    ],
  ];
  for (const [name, request, status, fault] of cases) {
    it(name, async () => assert.deepEqual(await code(request), [status, fault]));
  }

  it("with a token, and nobody else: who signs such a call as well is not its caller", async () => {
    let ctx: RequestContext | undefined;
    const tokens = gatewayOf(async (_input, given) => {
      ctx = given;
      return {};
    });
    assert.equal((await tokens.ask(as(unsignedRole, credentials, "sts"))).status, 200);
    assert.equal(ctx?.caller.arn, "");
  });

  it("presigned, as clients of EKS do", async () => {
    const query = "Action=GetCallerIdentity&Version=2011-06-15";
    const request = { ...sts, method: "GET", query, headers: { host: "h" }, body: new Uint8Array() };
    const options = { credentials, region: "us-east-1", service: "sts", now: clock.now(), expiresSeconds: 60 };
    assert.deepEqual(await code(presignRequest(request, options)), [200, undefined]);
  });

  it("temporary credentials: with their token, until they expire", async () => {
    const expiresAt = clock.now() + 60_000;
    const holder = { secretAccessKey: "s", caller: root, sessionToken: "t", expiresAt };
    const temporary = gatewayOf(async () => ({}), { credentials: () => holder });
    const status = async (sessionToken: string | undefined, now: number) => {
      const who = { accessKeyId: "ASIA", secretAccessKey: "s", ...(sessionToken && { sessionToken }) };
      const { text } = await temporary.ask(
        signRequest(ecsRequest("ListClusters"), { credentials: who, region: "r", service: "ecs", now }),
      );
      return text;
    };
    assert.equal(await status("t", clock.now()), "{}");
    assert.match(await status("x", clock.now()), /UnrecognizedClientException/);
    assert.match(await status(undefined, clock.now()), /UnrecognizedClientException/);
    await clock.advance(60_000);
    assert.match(await status("t", clock.now()), /ExpiredTokenException/);
  });

  it("is asked of the seam for authorization", async () => {
    const denied = gatewayOf(async () => ({}), {
      authorize: ({ operation, region }) => {
        throw new Fault("AccessDeniedException", `${operation.name} in ${region}`);
      },
    });
    const { text } = await denied.ask(signed(ecsRequest("ListClusters")));
    assert.equal(text, '{"__type":"AccessDeniedException","message":"ListClusters in eu-west-1"}');
  });
});

describe("a list that is too long", () => {
  const askedOf = async (count: number) => {
    const asked: string[] = [];
    const authorize = ({ operation }: { readonly operation: { readonly name: string } }) => {
      asked.push(operation.name);
      return [];
    };
    const { ask } = gatewayOf(async () => ({}), { authorize });
    const tasks = Array.from({ length: count }, (_, i) => `task-${i}`);
    const { text } = await ask(signed(ecsRequest("DescribeTasks", JSON.stringify({ tasks }))));
    return { asked, text };
  };

  it("is refused before IAM is asked about what is in it", async () => {
    const { asked, text } = await askedOf(101);
    assert.deepEqual(asked, []);
    const fault = { __type: "InvalidParameterException", message: "Tasks can not contain more than 100 items." };
    assert.deepEqual(JSON.parse(text), fault);
    assert.deepEqual((await askedOf(100)).asked, ["DescribeTasks"]);
  });
});

describe("operations that do not exist", () => {
  const { ask } = gatewayOf(async () => ({}));
  const cases: [string, HttpRequest, RegExp][] = [
    [
      "unknown target",
      signed(ecsRequest("Nothing")),
      /"UnknownOperationException","message":"Unknown operation Nothing"/,
    ],
    ["a property of every object", signed(ecsRequest("constructor")), /"UnknownOperationException"/],
    [
      "not built yet",
      signed(ecsRequest("StopTask")),
      /"UnknownOperationException",.*ecs:StopTask is not supported yet/,
    ],
    [
      "another service's prefix",
      signed({ ...ecsRequest("X"), headers: { host: "h", "x-amz-target": "Foo.Bar" } }),
      /"UnknownOperationException","message":"This platform has no service 'Foo'\."/,
    ],
    [
      "Query",
      signed(formRequest("Action=Nothing&Version=2011-06-15"), "sts"),
      /<Code>InvalidAction<.*Could not find operation Nothing for version 2011-06-15/,
    ],
    [
      "EC2",
      signed(formRequest("Action=Nothing&Version=2016-11-15"), "ec2"),
      /<Code>InvalidAction<.*The action Nothing is not valid for this web service\./,
    ],
    ["no action", signed(formRequest("Version=2016-11-15"), "ec2"), /<Code>MissingAction</],
    [
      "a service that is not here",
      signed(formRequest("Action=X"), "sns"),
      /<ErrorResponse>.*<Code>InvalidAction<.*This platform has no service 'sns'\./,
    ],
    ["one of JSON over REST", signed(restRequest, "lambda"), /"message":"This platform has no service 'lambda'\."/],
    [
      "one of XML over REST",
      signed(restRequest, "route53"),
      /<ErrorResponse><Error>.*<Message>This platform has no service 'route53'\.</,
    ],
    [
      "Amazon S3, however it signs",
      { ...signed(restRequest, "s3"), path: "/bucket/a%20key" },
      /\?><Error><Code>UnknownOperationException<.*no service 's3'\.</,
    ],
    [
      "another API of the same service",
      signed(formRequest("Action=GetCallerIdentity&Version=2010-01-01"), "sts"),
      /Could not find operation GetCallerIdentity for version 2010-01-01: this platform's sts is 2011-06-15/,
    ],
  ];
  for (const [name, request, text] of cases) {
    it(name, async () => {
      const answer = await ask(request);
      assert.equal(answer.status, 400);
      assert.match(answer.text.replaceAll("\n", ""), text);
    });
  }
});

describe("what goes wrong in a handler", () => {
  it("a fault of the model has its members and the model's status", async () => {
    const { ask } = gatewayOf(failing(new Fault("ServerException", "Broken.")));
    const { status, text } = await ask(signed(ecsRequest("ListClusters")));
    assert.deepEqual([status, text], [500, '{"__type":"ServerException","message":"Broken."}']);
  });

  it("a fault that the operation does not have is a bug, told in the log", async () => {
    const wrong = failing(new Fault("TaskSetNotFoundException", "x"));
    const strict = gatewayOf(wrong);
    assert.match((await strict.ask(signed(ecsRequest("ListClusters")))).text, /InternalFailure/);
    assert.equal(strict.lines[0]?.message, "The operation's model has no TaskSetNotFoundException");
    const lenient = gatewayOf(wrong, { strictFaults: false });
    assert.match((await lenient.ask(signed(ecsRequest("ListClusters")))).text, /TaskSetNotFoundException/);
  });

  for (const error of [new Error("topsecret"), new InvariantError("topsecret"), "topsecret", undefined]) {
    it(`a bug (${String(error)}) is answered without internals and logged with the request's id`, async () => {
      const { ask, lines } = gatewayOf(failing(error));
      const { status, headers, text } = await ask(signed(ecsRequest("ListClusters")));
      assert.equal(status, 500);
      assert.match(text, /^{"__type":"InternalFailure","message":"The request processing has failed/);
      assert(!text.includes("topsecret"));
      assert.deepEqual(lines[0]?.fields, { requestId: headers["x-amzn-requestid"], operation: "ListClusters", error });
    });
  }

  it("an observer is told of each call of an operation, with its place, status and time", async () => {
    const calls: unknown[] = [];
    const observe = (call: unknown) => calls.push(call);
    const afterAWhile = async () => {
      await clock.advance(250);
      return { clusterArns: [] };
    };
    const slow = gatewayOf(afterAWhile, { observe });
    await slow.ask(signed(ecsRequest("ListClusters")));
    const { ask } = gatewayOf(failing(new Fault("ClientException", "x")), { observe });
    await ask(signed(ecsRequest("ListClusters")));
    await ask(signed(ecsRequest("Nothing")));
    await ask(ecsRequest("ListClusters"));
    const call = { service: "ecs", operation: "ListClusters" };
    const place = { account: root.account, region: "eu-west-1" };
    assert.deepEqual(calls, [
      { ...call, place, status: 200, seconds: 0.25 },
      { ...call, place, status: 400, seconds: 0 },
      { ...call, place: undefined, status: 400, seconds: 0 },
    ]);
  });

  it("a bug is reported with its operation, after the answer; what is thrown on purpose is none", async () => {
    for (const error of [new InvariantError("x"), new TypeError("y is undefined")]) {
      const found: unknown[] = [];
      const { ask } = gatewayOf(failing(error), { onBug: (...reported) => found.push(reported) });
      assert.equal((await ask(signed(ecsRequest("ListClusters")))).status, 500);
      assert.deepEqual(found, []);
      await clock.advance(0);
      assert.deepEqual(found, [[error, "ecs:ListClusters"]]);
    }
    const none = () => assert.fail("no bug");
    for (const error of [
      new Fault("ServerException", "x"),
      new DriverError("Unavailable", "x"),
      new ConflictError("x"),
    ]) {
      await gatewayOf(failing(error), { onBug: none }).ask(signed(ecsRequest("ListClusters")));
      await clock.advance(0);
    }
  });

  it("an output that is not of the model is a bug", async () => {
    const { ask, lines } = gatewayOf(async () => ({ clusterArns: "x" }));
    assert.equal((await ask(signed(ecsRequest("ListClusters")))).status, 500);
    assert.equal(lines.length, 1);
  });

  it("a full disk is said to be full", async () => {
    const { ask } = gatewayOf(failing(new DriverError("NoSpace", "write failed")));
    const { status, text } = await ask(signed(ecsRequest("ListClusters")));
    assert.deepEqual(
      [status, text],
      [503, '{"__type":"ServiceUnavailableException","message":"The platform\'s disk is full."}'],
    );
  });

  it("a conflict runs the handler again, with the same input", async () => {
    const tokens: unknown[] = [];
    const { ask } = gatewayOf(async (input) => {
      tokens.push((input as { clientToken: string }).clientToken);
      if (tokens.length < 4) throw new ConflictError("k");
      return {};
    });
    assert.equal((await ask(signed(ecsRequest("RunTask", '{"taskDefinition":"t"}')))).status, 200);
    assert.equal(tokens.length, 4);
    assert.equal(new Set(tokens).size, 1);
  });

  it("conflicts without end are given up as throttling, which clients retry", async () => {
    let runs = 0;
    const { ask } = gatewayOf(async () => {
      runs++;
      throw new ConflictError("k");
    });
    const { text } = await ask(signed(ecsRequest("ListClusters")));
    assert.match(text, /"ThrottlingException"/);
    assert.equal(runs, 10);
  });
});
