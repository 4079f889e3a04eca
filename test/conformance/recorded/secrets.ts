import { randomUUID } from "node:crypto";
import type { Play } from "./replay.ts";

export type Strings = Record<string, string>;

/** The calls of Secrets Manager, each with a token of its own. */
export function secretsOf({ call, step, is }: Play, Name = "s") {
  const SecretId = Name;
  const token = () => ({ ClientRequestToken: randomUUID() });
  return {
    create: (name: string, input: object = {}) =>
      step<Strings>(name, "secretsmanager.CreateSecret", { Name, ...token(), ...input }),
    get: (name: string, input: object = {}) => step(name, "secretsmanager.GetSecretValue", { SecretId, ...input }),
    put: (name: string, input: object) =>
      step<Strings>(name, "secretsmanager.PutSecretValue", { SecretId, ...token(), ...input }),
    update: (name: string, input: object) =>
      step<Strings>(name, "secretsmanager.UpdateSecret", { SecretId, ...token(), ...input }),
    describe: (name: string) => step(name, "secretsmanager.DescribeSecret", { SecretId }),
    versions: (name: string, input: object = {}) =>
      step(name, "secretsmanager.ListSecretVersionIds", { SecretId, ...input }),
    move: (name: string, VersionStage: string, to?: string, from?: string) =>
      step(name, "secretsmanager.UpdateSecretVersionStage", {
        ...{ SecretId, VersionStage },
        ...(to !== undefined && { MoveToVersionId: to }),
        ...(from !== undefined && { RemoveFromVersionId: from }),
      }),
    remove: (name: string, input: object = { ForceDeleteWithoutRecovery: true }) =>
      step(name, "secretsmanager.DeleteSecret", { SecretId, ...input }),
    /** Without a comparison. */
    call: <T = Strings>(operation: string, input: object) =>
      call<T>(`secretsmanager.${operation}`, { SecretId, ...input }),
    make: (input: object = {}) => call<Strings>("secretsmanager.CreateSecret", { Name, ...token(), ...input }),
    is,
    token,
  };
}
