import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { linkModel, type Operation } from "../model.ts";
import { postOf, smallOperation, structure } from "../testing.ts";
import { restJsonProtocol } from "./protocol.ts";
import { routeRest } from "./router.ts";

const operation = smallOperation(
  {
    Input: structure({
      name: { shape: "String", location: "uri", locationName: "name" },
      max: { shape: "Integer", location: "querystring", locationName: "maxResults" },
      include: { shape: "Names", location: "querystring", locationName: "include" },
      token: { shape: "String", location: "header", locationName: "X-Token" },
      meta: { shape: "Tags", location: "headers", locationName: "X-Meta-" },
      version: "String",
      tags: "Tags",
    }),
    Output: structure({
      code: { shape: "Integer", location: "statusCode" },
      at: { shape: "Time", location: "header", locationName: "X-At" },
      created: "Time createdAt",
    }),
    Names: { type: "list", member: "String" },
    Tags: { type: "map", key: "String", value: "String" },
  },
  { protocols: ["rest-json"] },
  { http: "POST /clusters/{name}", status: 201 },
);

describe("reading REST JSON", () => {
  it("members from path, query, headers and body", () => {
    const request = postOf('{"version":"1","name":"body","tags":{"a":"b"}}', {
      path: "/clusters/a",
      query: "maxResults=5&include=x&include=y",
      headers: { "x-token": "t", "x-meta-k": "v" },
    });
    assert.deepEqual(restJsonProtocol.parse(request, operation, { name: "a" }), {
      ...{ name: "a", max: 5, include: ["x", "y"], token: "t", meta: { k: "v" } },
      ...{ version: "1", tags: { a: "b" } },
    });
  });

  it("refuses what is no value of the type", () => {
    const request = postOf("", { query: "maxResults=many" });
    assert.throws(() => restJsonProtocol.parse(request, operation, {}), { code: "SerializationException" });
  });
});

describe("writing REST JSON", () => {
  it("status, headers and body", () => {
    const { status, headers, body } = restJsonProtocol.serialize(operation, { at: 0, created: 1000 }, "id");
    assert.equal(status, 201);
    assert.equal(headers["x-at"], "Thu, 01 Jan 1970 00:00:00 GMT");
    assert.equal(body, '{"createdAt":1}');
    assert.equal(restJsonProtocol.serialize(operation, { code: 204 }, "id").status, 204);
  });

  it("a fault's type stands in a header", () => {
    const fault = { shapeName: "E", code: "E", message: "m", status: 404, shape: undefined, members: {} };
    const { status, headers, body } = restJsonProtocol.serializeFault(fault, undefined, "id");
    assert.deepEqual([status, headers["x-amzn-errortype"], body], [404, "E", '{"message":"m"}']);
  });
});

describe("a blob as payload", () => {
  const blob = smallOperation({
    Input: structure({ data: "Bytes" }, { payload: "data" }),
    Output: structure({ data: "Bytes" }, { payload: "data" }),
    Bytes: { type: "blob" },
  });

  it("is the body as it is", () => {
    const bytes = Buffer.from([0, 255]);
    assert.deepEqual(restJsonProtocol.parse(postOf(bytes), blob, {}), { data: bytes });
    assert.equal(restJsonProtocol.serialize(blob, { data: bytes }, "id").body, bytes);
  });
});

describe("routing by method and path", () => {
  const operations = {
    List: { http: "GET /clusters" },
    Describe: { http: "GET /clusters/{name}" },
    Versions: { http: "GET /clusters/versions" },
    Tag: { http: "POST /tags/{resourceArn+}" },
    Keyed: { http: "GET /clusters?list-type=2" },
  };
  const metadata = {
    serviceId: "S",
    apiVersion: "1",
    signingName: "s",
    protocols: ["rest-json"],
  } as const;
  const model = linkModel("small", metadata, { operations, shapes: {} });
  const cases: [string, string, string, string | undefined, object][] = [
    ["GET", "/clusters", "", "List", {}],
    ["GET", "/clusters", "list-type=2", "Keyed", {}],
    ["GET", "/clusters/a%2Fb", "", "Describe", { name: "a/b" }],
    ["GET", "/clusters/versions", "", "Versions", {}],
    ["POST", "/tags/arn:aws:x/y", "", "Tag", { resourceArn: "arn:aws:x/y" }],
    ["GET", "/clusters/", "", undefined, {}],
    ["GET", "/clusters/%", "", undefined, {}],
    ["PUT", "/clusters", "", undefined, {}],
    ["GET", "/other", "", undefined, {}],
  ];
  for (const [method, path, query, name, labels] of cases) {
    it(`${method} ${path}${query && "?"}${query}`, () => {
      const route = routeRest(model, method, path, new URLSearchParams(query));
      assert.equal((route?.operation as Operation | undefined)?.name, name);
      if (route !== undefined) assert.deepEqual(route.labels, labels);
    });
  }
});
