import assert from "node:assert/strict";
import { test } from "node:test";
import { type InstanceRecord, type NamespaceRecord, newInstance, type ServiceRecord } from "../../model.ts";
import { namesSpec, vpcZone } from "./plan.ts";

const namespace: NamespaceRecord = {
  ...{ account: "000000000000", region: "us-east-1", id: "ns-a", name: "Example.local", httpName: "Example.local" },
  ...{ type: "DNS_PRIVATE", creatorRequestId: "r", createDate: 0, tags: {}, serviceCount: 1 },
  dns: { vpcId: "vpc-1", hostedZoneId: "Z", soaTtlSeconds: 15 },
};
const service = (dns: ServiceRecord["dns"], checked = false): ServiceRecord => ({
  ...{ account: "000000000000", region: "us-east-1", id: "srv-a", name: "Web", namespaceId: "ns-a", type: "DNS_HTTP" },
  ...(dns && { dns }),
  ...(checked && { healthCheckCustomConfig: { failureThreshold: 1 } }),
  ...{ creatorRequestId: "r", createDate: 0, tags: {}, attributes: {}, revision: 1 },
});
const a = { type: "A", ttlSeconds: 10 } as const;
const srv = { type: "SRV", ttlSeconds: 20 } as const;
const cname = { type: "CNAME", ttlSeconds: 30 } as const;

const sets = (of: ServiceRecord, instances: readonly [id: string, attributes: Record<string, string>][]) => {
  const made: InstanceRecord[] = instances.map(([id, attributes]) => {
    return newInstance(of, { id, attributes, creatorRequestId: "r" });
  });
  return vpcZone(namespace, [{ service: of, instances: made }])?.zone.sets;
};
const at = (address: string, health?: string) => ({
  ...{ AWS_INSTANCE_IPV4: address, AWS_INSTANCE_PORT: "80", AWS_INSTANCE_CNAME: `${address}.example.com` },
  ...(health && { AWS_INIT_HEALTH_STATUS: health }),
});

test("A records have the addresses of all instances, or of the healthy ones", () => {
  const set = { name: "web.example.local", type: "A", ttlSeconds: 10, answers: 8 };
  const of = service({ routingPolicy: "MULTIVALUE", records: [a] });
  assert.deepEqual(
    sets(of, [
      ["1", at("10.0.0.1")],
      ["2", at("10.0.0.2")],
      ["3", at("10.0.0.1")],
    ]),
    [{ ...set, values: ["10.0.0.1", "10.0.0.2"] }],
  );
  const checked = service({ routingPolicy: "MULTIVALUE", records: [a] }, true);
  assert.deepEqual(
    sets(checked, [
      ["1", at("10.0.0.1", "UNHEALTHY")],
      ["2", at("10.0.0.2")],
    ]),
    [{ ...set, values: ["10.0.0.2"] }],
  );
  // With none healthy all count as if they were.
  assert.deepEqual(sets(checked, [["1", at("10.0.0.1", "UNHEALTHY")]]), [{ ...set, values: ["10.0.0.1"] }]);
});

test("a weighted record has one answer", () => {
  const of = service({ routingPolicy: "WEIGHTED", records: [cname] });
  assert.deepEqual(
    sets(of, [
      ["1", at("a")],
      ["2", at("b")],
    ]),
    [
      {
        name: "web.example.local",
        type: "CNAME",
        ttlSeconds: 30,
        answers: 1,
        values: ["a.example.com", "b.example.com"],
      },
    ],
  );
});

test("SRV records name hosts, which have the instances' addresses", () => {
  const of = service({ routingPolicy: "MULTIVALUE", records: [srv] }, true);
  const target = (id: string) => `${id}.web.example.local`;
  const host = (id: string, address: string) => {
    return { name: target(id), type: "A", ttlSeconds: 20, answers: 8, values: [address] };
  };
  assert.deepEqual(
    sets(of, [
      ["I-1", at("10.0.0.1")],
      ["i-2", at("10.0.0.2", "UNHEALTHY")],
    ]),
    [
      {
        ...{ name: "web.example.local", type: "SRV", ttlSeconds: 20, answers: 8 },
        values: [{ priority: 1, weight: 1, port: 80, target: target("i-1") }],
      },
      host("i-1", "10.0.0.1"),
      host("i-2", "10.0.0.2"),
    ],
  );
});

test("hosts of one name are one record set", () => {
  const of = service({ routingPolicy: "MULTIVALUE", records: [srv] });
  const found = sets(of, [
    ["x", at("10.0.0.1")],
    ["X", at("10.0.0.2")],
  ]);
  assert.deepEqual(
    found?.slice(1).map(({ name, values }) => [name, values]),
    [["x.web.example.local", ["10.0.0.1", "10.0.0.2"]]],
  );
});

test("without instances, records or DNS there are no names", () => {
  assert.deepEqual(sets(service({ routingPolicy: "MULTIVALUE", records: [a] }), []), []);
  assert.deepEqual(sets(service(undefined), [["1", at("10.0.0.1")]]), []);
  const { dns: _, ...http } = namespace;
  assert.equal(vpcZone(http, []), undefined);
});

test("zones go to their VPCs", () => {
  const zone = (name: string) => ({ name, negativeTtlSeconds: 1, sets: [] });
  const zones = [
    { vpcId: "vpc-1", zone: zone("a") },
    { vpcId: "vpc-2", zone: zone("b") },
    { vpcId: "vpc-1", zone: zone("c") },
  ];
  assert.deepEqual(namesSpec(zones), {
    vpcs: [
      { vpcId: "vpc-1", zones: [zone("a"), zone("c")] },
      { vpcId: "vpc-2", zones: [zone("b")] },
    ],
  });
});
