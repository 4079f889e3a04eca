import { Fault } from "#kernel/fault.ts";
import { type ServiceCredential, uniqueId } from "../model.ts";
import { requireUser } from "../request/find.ts";
import { type IamHandler, now } from "../request/handler.ts";
import {
  checkServiceWithPasswords,
  credentialsOf,
  newServicePassword,
  putCredential,
  toServiceCredential,
} from "../request/user-credentials.ts";

const credentialsPerService = 2;

/** The password is told this once. */
export const CreateServiceSpecificCredential: IamHandler<"CreateServiceSpecificCredential"> = async (input, ctx) => {
  const user = await requireUser(ctx, input.UserName);
  const { ServiceName: serviceName } = input;
  checkServiceWithPasswords(serviceName);
  if (input.CredentialAgeDays !== undefined) {
    const message = `CredentialAgeDays is not supported for ${serviceName}.`;
    throw new Fault("ValidationError", message);
  }
  const count = credentialsOf(user.value, "serviceCredentials").filter(
    (item) => item.serviceName === serviceName,
  ).length;
  if (count >= credentialsPerService) {
    const message = `Cannot exceed quota for ServiceSpecificCredentialsPerUser: ${credentialsPerService}`;
    throw new Fault("LimitExceededException", message);
  }
  const suffix = count === 0 ? "" : `+${count}`;
  const credential: ServiceCredential = {
    id: uniqueId(ctx.random, "ACCA"),
    serviceName,
    serviceUserName: `${user.value.userName}${suffix}-at-${ctx.account}`,
    status: "Active",
    createdAt: now(ctx),
  };
  await putCredential(ctx, user, "serviceCredentials", credential);
  const ServicePassword = newServicePassword(ctx);
  return { ServiceSpecificCredential: { ...toServiceCredential(user.value, credential), ServicePassword } };
};
