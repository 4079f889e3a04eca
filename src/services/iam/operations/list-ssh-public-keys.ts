import { userOrCaller } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { credentialsOf } from "../request/user-credentials.ts";

export const ListSSHPublicKeys: IamHandler<"ListSSHPublicKeys"> = async (input, ctx) => {
  const { value: user } = await userOrCaller(ctx, input.UserName);
  const { items, more } = listPage("ListSSHPublicKeys", input, credentialsOf(user, "sshPublicKeys"), ({ id }) => id);
  return {
    SSHPublicKeys: items.map((key) => ({
      UserName: user.userName,
      SSHPublicKeyId: key.id,
      Status: key.status,
      UploadDate: key.uploadedAt,
    })),
    ...more,
  };
};
