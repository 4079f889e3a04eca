import assert from "node:assert/strict";
import type { ContainerDefinition, RegisterTaskDefinitionRequest } from "#generated/ecs/types.ts";
import { Fault } from "#kernel/fault.ts";
import { validateTaskDefinition } from "./validate/index.ts";

/** Definitions for tests. */
export type Request = RegisterTaskDefinitionRequest;

export const app: ContainerDefinition = { name: "app", image: "app:1", memory: 128 };
export const side: ContainerDefinition = { name: "side", image: "side:1", memory: 128 };
export const ec2: Request = { family: "web", containerDefinitions: [app] };
export const fargate: Request = {
  family: "web",
  networkMode: "awsvpc",
  requiresCompatibilities: ["FARGATE"],
  cpu: "256",
  memory: "512",
  containerDefinitions: [{ name: "app", image: "app:1" }],
};

/** A definition with these fields of its only container. */
export function one(container: Partial<ContainerDefinition>, task: Partial<Request> = {}): Request {
  return { ...ec2, ...task, containerDefinitions: [{ ...app, ...container }] };
}
export function onFargate(container: Partial<ContainerDefinition>, task: Partial<Request> = {}): Request {
  return { ...fargate, ...task, containerDefinitions: [{ name: "app", image: "app:1", ...container }] };
}
/** Two containers, of which `app` is like this. */
export function two(changes: Partial<ContainerDefinition>, other: Partial<ContainerDefinition> = {}): Request {
  return {
    ...ec2,
    containerDefinitions: [
      { ...app, ...changes },
      { ...side, ...other },
    ],
  };
}
export function ports(...portMappings: NonNullable<ContainerDefinition["portMappings"]>): Partial<ContainerDefinition> {
  return { portMappings };
}

/** Asserts that registering is refused with a `ClientException` that has these words. */
export function assertRefused(definition: Request, words: string): void {
  assert.throws(
    () => validateTaskDefinition(definition),
    (error) => {
      assert.ok(error instanceof Fault, String(error));
      assert.equal(error.code, "ClientException");
      assert.ok(error.message.includes(words), error.message);
      return true;
    },
  );
}
