/** The records of EC2, their keys, and the pure functions on them that other services use. */
export * from "./model/address.ts";
export * from "./model/common.ts";
export * from "./model/default-vpc.ts";
export * from "./model/egress.ts";
export * from "./model/ensure-default-vpc.ts";
export * from "./model/ipv4.ts";
export * from "./model/network-acl.ts";
export * from "./model/network-interface.ts";
export * from "./model/routing.ts";
export * from "./model/security-group.ts";
export * from "./model/subnet.ts";
export * from "./model/vpc.ts";
export * from "./model/zones.ts";
