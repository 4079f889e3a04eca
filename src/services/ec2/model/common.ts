import { createHash } from "node:crypto";
import { arnIn, type World } from "#kernel/world.ts";

export interface Tag {
  readonly key: string;
  readonly value: string;
}

/** What all records have that a user can name, tag and delete. */
export interface Resource extends World {
  readonly tags: readonly Tag[];
  /**
   * A deletion is under way: nothing new may depend on the record. The deletion looks for dependents once more behind
   * this mark, then removes the record or takes the mark back.
   */
  readonly closing?: true;
  /** Of a resource that was made with a client token, from which its id follows: what the request asked for. */
  readonly requestDigest?: string;
}

/** An id in EC2's long form, `vpc-0` and sixteen hexadecimal digits, that follows from the seed alone. */
export function idOf(prefix: string, ...seed: readonly string[]): string {
  return `${prefix}-0${digest(prefix, ...seed)
    .toString("hex")
    .slice(0, 16)}`;
}

/** 32 bytes that follow from the parts: what a pure function uses for choices that should differ from call to call. */
export function digest(...parts: readonly string[]): Buffer {
  return createHash("sha256").update(JSON.stringify(parts)).digest();
}

/** `arn:aws:ec2:us-east-1:000000000000:subnet/subnet-0...` */
export function arnOf(world: World, type: string, id: string): string {
  return arnIn(world, "ec2", `${type}/${id}`);
}
