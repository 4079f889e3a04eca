import { Fault } from "#kernel/fault.ts";
import { type SshPublicKey, uniqueId } from "../model.ts";
import { requireUser } from "../request/find.ts";
import { type IamHandler, now } from "../request/handler.ts";
import { credentialsOf, putCredential, readSshKey } from "../request/user-credentials.ts";

const keysPerUser = 5;

export const UploadSSHPublicKey: IamHandler<"UploadSSHPublicKey"> = async (input, ctx) => {
  const user = await requireUser(ctx, input.UserName);
  const read = readSshKey(input.SSHPublicKeyBody);
  const known = credentialsOf(user.value, "sshPublicKeys");
  if (known.some(({ fingerprint }) => fingerprint === read.fingerprint)) {
    throw new Fault("DuplicateSSHPublicKeyException", "The SSH public key is already associated with the user.");
  }
  if (known.length >= keysPerUser) {
    throw new Fault("LimitExceededException", `Cannot exceed quota for SSHPublicKeysPerUser: ${keysPerUser}`);
  }
  const key: SshPublicKey = { id: uniqueId(ctx.random, "APKA"), ...read, status: "Active", uploadedAt: now(ctx) };
  await putCredential(ctx, user, "sshPublicKeys", key);
  return {
    SSHPublicKey: {
      UserName: user.value.userName,
      SSHPublicKeyId: key.id,
      Fingerprint: key.fingerprint,
      SSHPublicKeyBody: key.body,
      Status: key.status,
      UploadDate: key.uploadedAt,
    },
  };
};
