import assert from "node:assert/strict";
import { describe, it } from "node:test";
import type { Protocol, WireFault } from "../protocol.ts";
import { postOf, smallOperation, smallService, structure } from "../testing.ts";
import { formValue, parseForm } from "./form.ts";
import { ec2Protocol, queryProtocol } from "./protocol.ts";

const shapes = {
  Input: structure({
    Name: "String",
    Count: "Integer",
    Flag: "Flag",
    At: "Time",
    Ids: "Ids",
    Flat: { shape: "FlatIds", locationName: "flatId" },
    Filters: { shape: "Filters", locationName: "Filter" },
    Tags: "Tags",
    Inner: "Input",
  }),
  Flag: { type: "boolean" },
  Ids: { type: "list", member: "String" },
  FlatIds: { type: "list", member: "String", flattened: true },
  Filters: { type: "list", member: { shape: "Filter", locationName: "Filter" } },
  Filter: structure({ Name: "String", Values: { shape: "Ids", locationName: "Value" } }),
  Tags: { type: "map", key: "String", value: "String" },
} as const;
const operation = smallOperation(shapes);
const parse = (protocol: Protocol, body: string) => protocol.parse(postOf(body), operation, {});

describe("reading a Query form", () => {
  const cases: [string, object][] = [
    ["Action=Do&Version=2026-01-01", {}],
    [
      "Name=a+b%26%C3%BC&Count=-3&Flag=true&At=2026-01-01T00%3A00%3A00Z",
      { Name: "a b&ü", Count: -3, Flag: true, At: Date.UTC(2026, 0, 1) },
    ],
    ["Ids.member.2=b&Ids.member.10=c&Ids.member.1=a", { Ids: ["a", "b", "c"] }],
    ["Ids=", { Ids: [] }],
    ["flatId.1=a", { Flat: ["a"] }],
    [
      "Tags.entry.1.key=k&Tags.entry.1.value=v&Tags.entry.2.key=__proto__&Tags.entry.2.value=w",
      { Tags: { k: "v", ["__proto__"]: "w" } },
    ],
    ["Inner.Inner.Name=x", { Inner: { Inner: { Name: "x" } } }],
    ["Unknown=1&Unknown.2.x=3", {}],
    ["Name", { Name: "" }],
  ];
  for (const [body, input] of cases) it(body, () => assert.deepEqual(parse(queryProtocol, body), input));

  it("refuses what is no value of the type", () => {
    for (const body of ["Count=x", "Count=", "Count=2147483648", "Flag=yes", "At=soon"]) {
      assert.throws(() => parse(queryProtocol, body), { code: "MalformedInput" }, body);
    }
  });

  it("refuses wrong encoding and names without end", () => {
    assert.throws(() => parse(queryProtocol, "Name=%"), { code: "MalformedQueryString" });
    assert.throws(() => parseForm(`${"a.".repeat(100)}=1`), { code: "MalformedQueryString" });
    assert.throws(() => parseForm("a=1&".repeat(30_000)), { code: "MalformedQueryString" });
  });

  it("takes parameters of the query string and of the body", () => {
    const request = postOf("Count=2", { query: "Name=a" });
    assert.deepEqual(queryProtocol.parse(request, operation, {}), { Name: "a", Count: 2 });
  });
});

describe("reading an EC2 form", () => {
  const cases: [string, object][] = [
    ["Ids.1=a&Ids.2=b", { Ids: ["a", "b"] }],
    ["FlatId.1=a", { Flat: ["a"] }],
    ["Filter.1.Name=n&Filter.1.Value.1=v&Filter.1.Value.2=w", { Filters: [{ Name: "n", Values: ["v", "w"] }] }],
  ];
  for (const [body, input] of cases) it(body, () => assert.deepEqual(parse(ec2Protocol, body), input));

  it("refuses parameters that the operation does not have", () => {
    const fault = { code: "UnknownParameter", message: "The parameter Nam is not recognized" };
    assert.throws(() => parse(ec2Protocol, "Action=Do&Nam=x"), fault);
    assert.throws(() => parse(ec2Protocol, "Filter.1.Nam=x"), fault);
  });
});

it("one parameter is found without reading the form", () => {
  assert.equal(formValue("Action=Do&Version=1", "Action"), "Do");
  assert.equal(formValue("X=1&Action=D%6F", "Action"), "Do");
  assert.equal(formValue("XAction=1&Y=Action=2", "Action"), undefined);
  assert.equal(formValue("Action=%", "Action"), undefined);
  assert.equal(formValue("", "Action"), undefined);
});

describe("writing XML", () => {
  const output = smallOperation({
    ...shapes,
    Output: structure({
      Name: "String",
      At: "Time",
      Ids: "Ids",
      Flat: "FlatIds",
      Set: "Set setOfThings",
      Tags: "Tags",
    }),
    Set: { type: "list", member: "Thing item" },
    Thing: structure({ Name: "String name" }),
  });
  const value = {
    Name: "<a>&\u0007\ud800\r",
    At: Date.UTC(2026, 0, 1),
    Ids: ["x"],
    Flat: ["y", "z"],
    Set: [{ Name: "n" }, {}],
    Tags: { k: "v" },
    More: "no",
  };

  it("Query", () => {
    assert.equal(
      queryProtocol.serialize(output, value, "id-1").body,
      '<?xml version="1.0" encoding="UTF-8"?>\n<DoResponse xmlns="urn:small"><DoResult>' +
        "<Name>&lt;a&gt;&amp;\ufffd\ufffd&#xD;</Name><At>2026-01-01T00:00:00Z</At><Ids><member>x</member></Ids>" +
        "<Flat>y</Flat><Flat>z</Flat><setOfThings><item><name>n</name></item><item/></setOfThings>" +
        "<Tags><entry><key>k</key><value>v</value></entry></Tags></DoResult>" +
        "<ResponseMetadata><RequestId>id-1</RequestId></ResponseMetadata></DoResponse>",
    );
  });

  it("EC2", () => {
    assert.equal(
      ec2Protocol.serialize(output, { At: 0, Ids: [], Set: [{ Name: "n" }] }, "id-1").body,
      '<?xml version="1.0" encoding="UTF-8"?>\n<DoResponse xmlns="urn:small"><requestId>id-1</requestId>' +
        "<At>1970-01-01T00:00:00.000Z</At><Ids/><setOfThings><item><name>n</name></item></setOfThings></DoResponse>",
    );
  });

  it("an output of another form is a bug", () => {
    assert.throws(() => queryProtocol.serialize(output, { Ids: "x" }, "id-1"), TypeError);
    assert.throws(() => queryProtocol.serialize(output, { Ids: [undefined] }, "id-1"), TypeError);
  });
});

describe("faults in XML", () => {
  const fault: WireFault = {
    shapeName: "E",
    code: "Bad<",
    message: "a & b",
    status: 400,
    shape: undefined,
    members: {},
  };

  it("Query", () => {
    assert.equal(
      queryProtocol.serializeFault(fault, smallService({}), "id-1").body,
      '<?xml version="1.0" encoding="UTF-8"?>\n<ErrorResponse xmlns="urn:small"><Error><Type>Sender</Type>' +
        "<Code>Bad&lt;</Code><Message>a &amp; b</Message></Error><RequestId>id-1</RequestId></ErrorResponse>",
    );
  });

  it("EC2", () => {
    assert.equal(
      ec2Protocol.serializeFault(fault, smallService({}), "id-1").body,
      '<?xml version="1.0" encoding="UTF-8"?>\n<Response><Errors><Error><Code>Bad&lt;</Code>' +
        "<Message>a &amp; b</Message></Error></Errors><RequestID>id-1</RequestID></Response>",
    );
  });
});
