import { users } from "../model.ts";
import { userOrCaller } from "../request/find.ts";
import type { IamHandler } from "../request/handler.ts";
import { listPage } from "../request/pages.ts";
import { checkServiceWithPasswords, credentialsOf, toServiceCredential } from "../request/user-credentials.ts";

/** Those of a user, or with `AllUsers` those of the account. */
export const ListServiceSpecificCredentials: IamHandler<"ListServiceSpecificCredentials"> = async (input, ctx) => {
  const { ServiceName, AllUsers, ...page } = input;
  const whose = AllUsers ? ctx.store.view(users).by("account", ctx.account) : [await userOrCaller(ctx, input.UserName)];
  if (ServiceName !== undefined) checkServiceWithPasswords(ServiceName);
  const all = whose.flatMap(({ value: user }) =>
    credentialsOf(user, "serviceCredentials")
      .filter(({ serviceName }) => ServiceName === undefined || serviceName === ServiceName)
      .map((credential) => toServiceCredential(user, credential)),
  );
  const scope = { ...page, ServiceName, AllUsers };
  const position = ({ ServiceSpecificCredentialId: id }: (typeof all)[number]) => id;
  const { items, more } = listPage("ListServiceSpecificCredentials", scope, all, position);
  // Only an answer about all users has pages.
  return { ServiceSpecificCredentials: items, ...((AllUsers || more.IsTruncated) && more) };
};
