import { type AcmHandler, invalid } from "../request/handler.ts";

/** How many days before its end AWS begins to send events about a certificate. */
const defaultDays = 45;

export const GetAccountConfiguration: AcmHandler<"GetAccountConfiguration"> = async () => ({
  ExpiryEvents: { DaysBeforeExpiry: defaultDays },
});

/** No events about expiry are sent, so that only the number that AWS begins with is taken. */
export const PutAccountConfiguration: AcmHandler<"PutAccountConfiguration"> = async (input) => {
  const days = input.ExpiryEvents?.DaysBeforeExpiry ?? defaultDays;
  if (days !== defaultDays) {
    throw invalid(`Events about certificates that expire are not sent: DaysBeforeExpiry can only be ${defaultDays}.`);
  }
  return {};
};
