import assert from "node:assert/strict";
import { test } from "node:test";
import { isFault } from "../../../../test/support/context.ts";
import {
  type DiscoveryWorld,
  discoveryWorld,
  httpNamespace,
  newService,
  privateNamespace,
} from "../../../../test/support/discovery.ts";
import { names, namespaces } from "../model.ts";

const get = async (world: DiscoveryWorld, Id: string) => (await world.sd("GetNamespace", { Id })).Namespace!;

test("an HTTP namespace is there at once, its operation done when the controller has seen it", async () => {
  const world = await discoveryWorld();
  const input = { Name: "shop", CreatorRequestId: "r-1", Description: "d", Tags: [{ Key: "a", Value: "b" }] };
  const { OperationId } = await world.sd("CreateHttpNamespace", input);
  assert.match(OperationId!, /^[a-z2-7]{32}-[a-z0-9]{8}$/);
  const operation = async () => (await world.sd("GetOperation", { OperationId: OperationId! })).Operation!;
  const before = await operation();
  assert.deepEqual([before.Type, before.Status], ["CREATE_NAMESPACE", "SUBMITTED"]);
  await world.clock.advance(5);
  await world.settle();
  const after = await operation();
  assert.deepEqual(after, { ...before, Status: "SUCCESS", UpdateDate: before.CreateDate! + 5 });
  const Id = after.Targets!.NAMESPACE!;
  assert.match(Id, /^ns-[a-z2-7]{16}$/);
  const Arn = `arn:aws:servicediscovery:us-east-1:000000000000:namespace/${Id}`;
  const namespace = {
    ...{ Id, Arn, ResourceOwner: "000000000000", Name: "shop", Type: "HTTP", Description: "d", ServiceCount: 0 },
    Properties: { DnsProperties: { SOA: {} }, HttpProperties: { HttpName: "shop" } },
    CreateDate: before.CreateDate,
    CreatorRequestId: "r-1",
  };
  assert.deepEqual(await get(world, Id), namespace);
  assert.deepEqual(await get(world, Arn), namespace);
  const { Tags } = await world.sd("ListTagsForResource", { ResourceARN: Arn });
  assert.deepEqual(Tags, [{ Key: "a", Value: "b" }]);
});

test("a private namespace has a zone in its VPC, with the TTL that negative answers may be kept", async () => {
  const world = await discoveryWorld();
  const Properties = { DnsProperties: { SOA: { TTL: 60 } } };
  const input = { Name: "example.local", Vpc: "vpc-1", Properties };
  const Id = (await world.done("CreatePrivateDnsNamespace", input)).Targets!.NAMESPACE!;
  const { DnsProperties } = (await get(world, Id)).Properties!;
  assert.match(DnsProperties!.HostedZoneId!, /^Z[A-Z0-9]{20}$/);
  assert.deepEqual(DnsProperties!.SOA, { TTL: 60 });
  const other = await get(world, await privateNamespace(world, "other.local"));
  assert.deepEqual(other.Properties!.DnsProperties!.SOA, { TTL: 15 });
  const [listed] = (await world.sd("ListNamespaces", { Filters: [{ Name: "NAME", Values: ["example.local"] }] }))
    .Namespaces!;
  assert.deepEqual(listed!.Properties!.DnsProperties, { HostedZoneId: DnsProperties!.HostedZoneId, SOA: {} });
  assert.equal((await get(world, Id)).Type, "DNS_PRIVATE");
});

test("the same request again is the same operation; a name that is taken is refused", async () => {
  const world = await discoveryWorld();
  const input = { Name: "shop", CreatorRequestId: "r-1" };
  const first = await world.sd("CreateHttpNamespace", input);
  assert.deepEqual(await world.sd("CreateHttpNamespace", input), first);
  const busy = world.sd("CreateHttpNamespace", { Name: "shop", CreatorRequestId: "r-2" });
  const inProgress = `Another operation of type CreateHttpNamespace and id ${first.OperationId} is in progress`;
  await assert.rejects(busy, (error: { members: unknown }) => {
    isFault("DuplicateRequest", inProgress)(error);
    assert.deepEqual(error.members, { DuplicateOperationId: first.OperationId });
    return true;
  });
  await world.settle();
  assert.deepEqual(await world.sd("CreateHttpNamespace", input), first);
  const NamespaceId = (await world.sd("ListNamespaces", {})).Namespaces![0]!.Id;
  await assert.rejects(
    world.sd("CreateHttpNamespace", { Name: "shop", CreatorRequestId: "r-2" }),
    (error: { members: unknown }) => {
      isFault("NamespaceAlreadyExists")(error);
      assert.deepEqual(error.members, { CreatorRequestId: "r-1", NamespaceId });
      return true;
    },
  );
  assert.equal(world.store.view(namespaces).size, 1);
});

test("two requests at the same time make one namespace", async () => {
  const world = await discoveryWorld();
  const create = (CreatorRequestId: string) => world.sd("CreateHttpNamespace", { Name: "shop", CreatorRequestId });
  const results = await Promise.allSettled([create("r-1"), create("r-2")]);
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
  assert.equal(world.store.view(namespaces).size, 1);
});

test("what Route 53 would refuse makes the operation fail, and leaves nothing", async () => {
  const world = await discoveryWorld();
  const missing = await world.done("CreatePrivateDnsNamespace", { Name: "a.local", Vpc: "vpc-9" });
  assert.deepEqual(
    [missing.Status, missing.ErrorCode, missing.ErrorMessage],
    ["FAIL", "CANNOT_CREATE_HOSTED_ZONE", "The VPC that you chose, vpc-9 in region us-east-1, doesn't exist."],
  );
  await assert.rejects(get(world, missing.Targets!.NAMESPACE!), isFault("NamespaceNotFound"));
  await privateNamespace(world, "example.local");
  const same = await world.done("CreatePrivateDnsNamespace", { Name: "Example.local", Vpc: "vpc-1" });
  assert.equal(same.Status, "FAIL");
  assert.match(
    same.ErrorMessage!,
    /^The VPC vpc-1 in region us-east-1 has already been associated with the hosted zone Z/,
  );
  assert.equal(world.store.view(namespaces).size, 1);
  // A failed request is tried again.
  const input = { Name: "b.local", Vpc: "vpc-9", CreatorRequestId: "r" };
  const first = await world.done("CreatePrivateDnsNamespace", input);
  assert.notEqual((await world.done("CreatePrivateDnsNamespace", input)).Id, first.Id);
});

test("a name is used again in another VPC, with a hash in its HTTP name", async () => {
  const world = await discoveryWorld();
  await privateNamespace(world, "example.local", "vpc-1");
  const second = await get(world, await privateNamespace(world, "example.local", "vpc-2"));
  assert.equal(second.Name, "example.local");
  assert.match(second.Properties!.HttpProperties!.HttpName!, /^example\.local-[0-9a-f]{8}$/);
  await assert.rejects(world.sd("CreateHttpNamespace", { Name: "example.local" }), isFault("NamespaceAlreadyExists"));
});

test("names that DNS cannot carry, and public namespaces, are refused", async () => {
  const world = await discoveryWorld();
  for (const Name of [`${"a".repeat(64)}.local`, "a..local", ".local", `${"a.".repeat(126)}ab`]) {
    const create = world.sd("CreatePrivateDnsNamespace", { Name, Vpc: "vpc-1" });
    await assert.rejects(create, isFault("InvalidInput", /isn't a valid domain name/));
  }
  const publicOne = world.sd("CreatePublicDnsNamespace", { Name: "example.com" });
  await assert.rejects(publicOne, isFault("InvalidInput", /^Public DNS namespaces aren't available/));
  const update = { Id: await httpNamespace(world), Namespace: { Description: "x" } };
  await assert.rejects(world.sd("UpdatePublicDnsNamespace", update), isFault("InvalidInput", /its type is HTTP\.$/));
});

test("a namespace is deleted when nothing is in it, and its name is free again", async () => {
  const world = await discoveryWorld();
  const Id = await privateNamespace(world);
  const service = await newService(world, { Name: "web", NamespaceId: Id });
  const inUse = "Namespace has associated services; delete the services before deleting the namespace";
  await assert.rejects(world.sd("DeleteNamespace", { Id }), isFault("ResourceInUse", inUse));
  await world.sd("DeleteService", { Id: service });
  const { OperationId } = await world.sd("DeleteNamespace", { Id });
  const busy = `Another operation of type DeleteNamespace and id ${OperationId} is in progress`;
  await assert.rejects(world.sd("DeleteNamespace", { Id }), isFault("DuplicateRequest", busy));
  await world.settle();
  assert.equal((await world.sd("GetOperation", { OperationId: OperationId! })).Operation!.Status, "SUCCESS");
  await assert.rejects(world.sd("DeleteNamespace", { Id }), isFault("NamespaceNotFound", Id));
  assert.deepEqual([world.store.view(namespaces).size, world.store.view(names).size], [0, 0]);
  await privateNamespace(world);
});

test("a service cannot come into a namespace that goes", async () => {
  const world = await discoveryWorld();
  const Id = await httpNamespace(world);
  const results = await Promise.allSettled([
    world.sd("CreateService", { Name: "web", NamespaceId: Id }),
    world.sd("DeleteNamespace", { Id }),
  ]);
  assert.deepEqual(results.map(({ status }) => status).toSorted(), ["fulfilled", "rejected"]);
});

test("descriptions and the SOA record's TTL are changed, of the right type of namespace", async () => {
  const world = await discoveryWorld();
  const [http, dns] = [await httpNamespace(world), await privateNamespace(world)];
  const change = { Description: "new" };
  const updated = await world.done("UpdateHttpNamespace", { Id: http, Namespace: change, UpdaterRequestId: "u" });
  assert.deepEqual([updated.Type, updated.Status], ["UPDATE_NAMESPACE", "SUCCESS"]);
  const again = await world.sd("UpdateHttpNamespace", { Id: http, Namespace: change, UpdaterRequestId: "u" });
  assert.equal(again.OperationId, updated.Id);
  assert.equal((await get(world, http)).Description, "new");
  const Properties = { DnsProperties: { SOA: { TTL: 300 } } };
  await world.done("UpdatePrivateDnsNamespace", { Id: dns, Namespace: { Properties } });
  assert.deepEqual((await get(world, dns)).Properties!.DnsProperties!.SOA, { TTL: 300 });
  await world.done("UpdatePrivateDnsNamespace", { Id: dns, Namespace: change });
  assert.deepEqual((await get(world, dns)).Properties!.DnsProperties!.SOA, { TTL: 300 });
  const wrong = world.sd("UpdateHttpNamespace", { Id: dns, Namespace: change });
  await assert.rejects(wrong, isFault("InvalidInput", /has the type DNS_PRIVATE/));
});

test("another account's and region's namespaces are not seen", async () => {
  const world = await discoveryWorld();
  const Id = await httpNamespace(world);
  const { Arn } = await get(world, Id);
  for (const elsewhere of [{ account: "111111111111" }, { region: "eu-west-1" }]) {
    for (const id of [Id, Arn!]) {
      await assert.rejects(world.sd("GetNamespace", { Id: id }, elsewhere), isFault("NamespaceNotFound", id));
    }
    assert.deepEqual((await world.sd("ListNamespaces", {}, elsewhere)).Namespaces, []);
    assert.deepEqual((await world.sd("ListOperations", {}, elsewhere)).Operations, []);
  }
});

test("lists of namespaces are filtered and come in pages", async () => {
  const world = await discoveryWorld();
  for (const name of ["shop", "shop-2"]) await httpNamespace(world, name);
  await privateNamespace(world, "example.local", "vpc-1");
  await privateNamespace(world, "example.local", "vpc-2");
  const list = async (
    Name: "TYPE" | "NAME" | "HTTP_NAME" | "RESOURCE_OWNER",
    value: string,
    Condition?: "BEGINS_WITH",
  ) => {
    const filter = { Name, Values: [value], ...(Condition && { Condition }) };
    return (await world.sd("ListNamespaces", { Filters: [filter] })).Namespaces!.length;
  };
  assert.equal(await list("TYPE", "HTTP"), 2);
  assert.equal(await list("TYPE", "DNS", "BEGINS_WITH"), 2);
  assert.equal(await list("NAME", "example.local"), 2);
  assert.equal(await list("HTTP_NAME", "example.local"), 1);
  assert.equal(await list("NAME", "shop", "BEGINS_WITH"), 2);
  assert.equal(await list("RESOURCE_OWNER", "SELF"), 4);
  assert.equal(await list("RESOURCE_OWNER", "OTHER_ACCOUNTS"), 0);
  const page = await world.sd("ListNamespaces", { MaxResults: 3 });
  const rest = await world.sd("ListNamespaces", { MaxResults: 3, NextToken: page.NextToken! });
  assert.deepEqual([page.Namespaces!.length, rest.Namespaces!.length, rest.NextToken], [3, 1, undefined]);
  const foreign = world.sd("ListServices", { NextToken: page.NextToken! });
  await assert.rejects(foreign, isFault("InvalidInput", /NextToken/));
  const two = world.sd("ListNamespaces", { Filters: [{ Name: "NAME", Values: ["a", "b"] }] });
  await assert.rejects(two, isFault("InvalidInput", /takes exactly one value/));
});

test("lists of operations are filtered, the newest first", async () => {
  const world = await discoveryWorld();
  const Id = await httpNamespace(world);
  const start = world.clock.now();
  await world.clock.advance(1000);
  await world.done("UpdateHttpNamespace", { Id, Namespace: { Description: "d" } });
  await world.done("CreatePrivateDnsNamespace", { Name: "x.local", Vpc: "vpc-9" });
  await world.sd("CreateHttpNamespace", { Name: "other" });
  type Filter = NonNullable<Parameters<typeof world.sd<"ListOperations">>[1]["Filters"]>[number];
  const list = async (Name: Filter["Name"], Values: string[], Condition?: NonNullable<Filter["Condition"]>) => {
    const filter = { Name, Values, ...(Condition && { Condition }) };
    return (await world.sd("ListOperations", { Filters: [filter] })).Operations!.map(({ Status }) => Status);
  };
  assert.deepEqual(await list("STATUS", ["SUBMITTED"]), ["SUBMITTED"]);
  assert.deepEqual(await list("STATUS", ["SUCCEED", "FAIL"], "IN"), await list("STATUS", ["SUCCESS", "FAIL"], "IN"));
  assert.equal((await list("STATUS", ["SUCCESS", "FAIL"], "IN")).length, 3);
  assert.deepEqual(await list("TYPE", ["UPDATE_NAMESPACE"]), ["SUCCESS"]);
  assert.equal((await list("NAMESPACE_ID", [Id])).length, 2);
  const seconds = (ms: number) => String(ms / 1000);
  assert.equal((await list("UPDATE_DATE", [seconds(start), seconds(start)], "BETWEEN")).length, 1);
  assert.equal((await list("UPDATE_DATE", [String(start), String(start + 1000)], "BETWEEN")).length, 4);
  const all = (await world.sd("ListOperations", {})).Operations!;
  assert.equal(all.at(-1)!.Status, "SUCCESS");
  await assert.rejects(list("UPDATE_DATE", ["b", "a"], "BETWEEN"), isFault("InvalidInput", /Unix date/));
  await assert.rejects(
    list("STATUS", ["SUCCESS"], "BEGINS_WITH"),
    isFault("InvalidInput", /isn't valid for the filter/),
  );
  await assert.rejects(world.sd("GetOperation", { OperationId: "none" }), isFault("OperationNotFound", "none"));
});

test("tags of namespaces and services", async () => {
  const world = await discoveryWorld();
  const Id = await httpNamespace(world);
  const { Service } = await world.sd("CreateService", {
    Name: "web",
    NamespaceId: Id,
    Tags: [{ Key: "a", Value: "" }],
  });
  const ResourceARN = Service!.Arn!;
  await world.sd("TagResource", { ResourceARN, Tags: [{ Key: "b", Value: "2" }] });
  await world.sd("UntagResource", { ResourceARN, TagKeys: ["a", "none"] });
  assert.deepEqual(await world.sd("ListTagsForResource", { ResourceARN }), { Tags: [{ Key: "b", Value: "2" }] });
  const many = Array.from({ length: 50 }, (_, i) => ({ Key: `k${i}`, Value: "" }));
  await assert.rejects(world.sd("TagResource", { ResourceARN, Tags: many }), isFault("TooManyTagsException"));
  const reserved = world.sd("TagResource", { ResourceARN, Tags: [{ Key: "aws:x", Value: "" }] });
  await assert.rejects(reserved, isFault("InvalidInput"));
  const missing = world.sd("ListTagsForResource", { ResourceARN: `${ResourceARN}x` });
  await assert.rejects(missing, isFault("ResourceNotFoundException"));
});
