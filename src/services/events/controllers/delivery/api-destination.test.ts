import assert from "node:assert/strict";
import { test } from "node:test";
import { type EventsWorld, eventsWorld } from "../../../../../test/support/events.ts";
import { apiDestinations, connections } from "../../model.ts";

const account = "000000000000";
const arn = (resource: string) => `arn:aws:events:us-east-1:${account}:${resource}`;
const role = `arn:aws:iam::${account}:role/r`;

async function put(world: EventsWorld, count = 1): Promise<void> {
  const entry = { Source: "app", DetailType: "T", Detail: '{"n": 1.50}' };
  await world.events("PutEvents", { Entries: Array.from({ length: count }, () => entry) });
  await world.settle();
}

async function withDestination(world: EventsWorld, connection: object, destination: object = {}, target: object = {}) {
  const { ConnectionArn } = await world.events("CreateConnection", { Name: "c", ...connection } as never);
  const { ApiDestinationArn } = await world.events("CreateApiDestination", {
    ...{ Name: "d", ConnectionArn: ConnectionArn!, InvocationEndpoint: "https://api.example/*/orders?x=1" },
    ...{ HttpMethod: "PUT", ...destination },
  });
  await world.events("PutRule", { Name: "r", EventPattern: '{"source": ["app"]}' });
  const Targets = [{ Id: "t", Arn: ApiDestinationArn!, RoleArn: role, ...target }];
  await world.events("PutTargets", { Rule: "r", Targets });
}

const basic = {
  AuthorizationType: "BASIC",
  AuthParameters: { BasicAuthParameters: { Username: "ann", Password: "s3cret" } },
};

test("parameters that are paths as a whole stand for what the event has there", async () => {
  const world = await eventsWorld();
  const HttpParameters = {
    PathParameterValues: ["$.detail.id"],
    HeaderParameters: { "X-Source": "$.source", "X-Odd": "$.detail.odd" },
    QueryStringParameters: { n: "$.detail.list[1]", text: "id $.detail.id", none: "$.detail.none", root: "$" },
  };
  const input = { InputTransformer: { InputTemplate: '{"detail": {"id": "new"}}' } };
  await withDestination(world, basic, {}, { HttpParameters, ...input });
  const entry = (detail: object) => ({ Source: "app", DetailType: "T", Detail: JSON.stringify(detail) });
  const first = { id: "a/b", list: [1, 2.5], odd: { k: true } };
  await world.events("PutEvents", { Entries: [entry(first), entry({ id: ".." })] });
  await world.settle();
  assert.deepEqual(
    world.sent.map(({ url, headers, body }) => [url, headers["x-source"], headers["x-odd"], body]),
    [
      [
        "https://api.example/a%2Fb/orders?x=1&n=2.5&text=id+%24.detail.id&none=&root=%24",
        ...["app", '{"k":true}', '{"detail": {"id": "new"}}'],
      ],
    ],
  );
  assert.match(world.warnings.join(), /A path parameter cannot be a dot or two/);
});

test("an API destination is called with its connection's credentials and parameters, which nobody sees", async () => {
  const world = await eventsWorld();
  const AuthParameters = {
    ApiKeyAuthParameters: { ApiKeyName: "X-Key", ApiKeyValue: "k3y" },
    InvocationHttpParameters: {
      HeaderParameters: [{ Key: "X-Team", Value: "hush", IsValueSecret: true }],
      QueryStringParameters: [{ Key: "q", Value: "2", IsValueSecret: false }],
      BodyParameters: [{ Key: "token", Value: "hidden", IsValueSecret: true }],
    },
  };
  const HttpParameters = {
    PathParameterValues: ["a b"],
    HeaderParameters: { "x-team": "loses", "X-Own": "own" },
    QueryStringParameters: { q: "loses", r: "3" },
  };
  await withDestination(
    world,
    { AuthorizationType: "API_KEY", AuthParameters },
    {},
    { HttpParameters, InputPath: "$.detail" },
  );
  await put(world);
  assert.deepEqual(world.sent, [
    {
      method: "PUT",
      url: "https://api.example/a%20b/orders?x=1&q=2&r=3",
      headers: {
        ...{ "user-agent": "Amazon/EventBridge/ApiDestinations", "content-type": "application/json; charset=utf-8" },
        ...{ "x-team": "hush", "x-own": "own", "x-key": "k3y" },
      },
      body: '{"n":1.5,"token":"hidden"}',
    },
  ]);
  const shown = await world.events("DescribeConnection", { Name: "c" });
  assert.deepEqual(shown.AuthParameters, {
    ApiKeyAuthParameters: { ApiKeyName: "X-Key" },
    InvocationHttpParameters: {
      HeaderParameters: [{ Key: "X-Team", IsValueSecret: true }],
      QueryStringParameters: [{ Key: "q", Value: "2", IsValueSecret: false }],
      BodyParameters: [{ Key: "token", IsValueSecret: true }],
    },
  });
  const kept = JSON.stringify([...world.store.view(connections).all(), ...world.store.view(apiDestinations).all()]);
  for (const secret of ["k3y", "hush", "hidden"]) assert.ok(!kept.includes(secret), secret);
});

test("the trace of an event goes with it to an endpoint, over buses too, and is no part of it", async () => {
  const world = await eventsWorld();
  await world.events("CreateEventBus", { Name: "other" });
  await withDestination(world, basic);
  await world.events("PutRule", { Name: "on", EventBusName: "other", EventPattern: '{"source": ["app"]}' });
  await world.events("PutTargets", {
    ...{ Rule: "on", EventBusName: "other" },
    Targets: [{ Id: "b", Arn: arn("event-bus/default"), RoleArn: role }],
  });
  const traces = ["Root=1-5759e988-bd862e3fe1be46a994272793;Parent=53995c3f42cd8ad8;Sampled=1", "nonsense\n"];
  for (const EventBusName of ["default", "other"]) {
    const entry = { Source: "app", DetailType: "T", Detail: "{}", EventBusName };
    await world.events("PutEvents", { Entries: traces.map((TraceHeader) => ({ ...entry, TraceHeader })) });
    await world.settle();
    await world.clock.advance(1000); // by the rate of the API destination
    await world.settle();
  }
  assert.deepEqual(world.warnings, []);
  const sent = world.sent.map(({ headers, body }) => [headers["x-amzn-trace-id"], String(body).includes("Root=")]);
  const [expected] = traces;
  assert.deepEqual(sent, [
    [expected, false],
    [undefined, false],
    [expected, false],
    [undefined, false],
  ]);
});

test("a body that is no object goes out as it is, without the connection's parameters", async () => {
  const world = await eventsWorld();
  const InvocationHttpParameters = { BodyParameters: [{ Key: "token", Value: "hidden", IsValueSecret: true }] };
  const AuthParameters = { ...basic.AuthParameters, InvocationHttpParameters };
  const InputTransformer = { InputPathsMap: { n: "$.detail.n" }, InputTemplate: "n is <n>" };
  await withDestination(world, { ...basic, AuthParameters }, {}, { InputTransformer });
  await put(world);
  assert.deepEqual(
    world.sent.map(({ body }) => body),
    ["n is 1.5"],
  );
});

test("an updated connection keeps what is not said anew; a deauthorized one sends nothing", async () => {
  const world = await eventsWorld();
  await withDestination(world, basic);
  const AuthParameters = { BasicAuthParameters: { Username: "bob" } };
  await world.events("UpdateConnection", { Name: "c", AuthorizationType: "BASIC", AuthParameters });
  await put(world);
  assert.equal(world.sent[0]!.headers.authorization, `Basic ${Buffer.from("bob:s3cret").toString("base64")}`);
  await world.events("DeauthorizeConnection", { Name: "c" });
  assert.equal((await world.events("DescribeApiDestination", { Name: "d" })).ApiDestinationState, "INACTIVE");
  await world.clock.advance(1000);
  await put(world);
  assert.equal(world.sent.length, 1);
  assert.match(world.warnings[0]!, /has no credentials/);
});

test("what connections and API destinations cannot be is refused", async () => {
  const { events } = await eventsWorld();
  const oauth = { Name: "o", AuthorizationType: "OAUTH_CLIENT_CREDENTIALS", AuthParameters: {} } as const;
  await assert.rejects(events("CreateConnection", oauth), /OAUTH_CLIENT_CREDENTIALS is not supported/);
  const mixed = { Name: "m", AuthorizationType: "API_KEY", AuthParameters: basic.AuthParameters } as const;
  await assert.rejects(events("CreateConnection", mixed), /not valid for the authorization type API_KEY/);
  await assert.rejects(events("DescribeConnection", { Name: "n" }), {
    message: "Failed to describe the connection(s). Connection 'n' does not exist.",
  });
  await assert.rejects(events("DescribeApiDestination", { Name: "n" }), {
    message: "Failed to describe the api-destination(s). An api-destination 'n' does not exist.",
  });
  const destination = { Name: "d", HttpMethod: "POST", ConnectionArn: arn("connection/n/1") } as const;
  const to = (InvocationEndpoint: string) => events("CreateApiDestination", { ...destination, InvocationEndpoint });
  await assert.rejects(to("https://a.example"), { code: "ResourceNotFoundException" });
  await assert.rejects(to("ftp://a.example"), /must be an http/);
  await assert.rejects(to("https://*.example"), /must be an http/);
});

test("an API destination gets no more in a second than its rate", async () => {
  const world = await eventsWorld();
  await withDestination(world, basic, { InvocationRateLimitPerSecond: 2 });
  const start = world.clock.now();
  const times: number[] = [];
  world.answerHttp = () => {
    times.push(world.clock.now() - start);
    return { status: 200 };
  };
  await put(world, 7);
  for (let i = 0; i < 8; i++) {
    await world.clock.advance(500);
    await world.settle();
  }
  const perSecond = [0, 1000, 2000, 3000].map(
    (from) => times.filter((time) => time >= from && time < from + 1000).length,
  );
  assert.deepEqual(perSecond, [2, 2, 2, 1]);
});

test("a role that may not invoke the destination sends nothing", async () => {
  const world = await eventsWorld();
  await withDestination(world, basic);
  world.refusal = "not authorized to perform: events:InvokeApiDestination";
  await put(world);
  assert.deepEqual([world.sent, world.waiting()], [[], 0]);
});
