import type { Operation, Shape } from "./model.ts";
import type { ProtocolName } from "./table.ts";
import { validationRulesOf } from "./validate/rules.ts";

/** What the wire layer itself has to say, apart from the faults of operations. */
export type Condition =
  | "accessDenied"
  | "expiredToken"
  | "incompleteSignature"
  | "internalFailure"
  | "invalidKey"
  | "invalidSignature"
  | "missingAction"
  | "missingToken"
  | "signatureExpired"
  | "throttled"
  | "tooLarge"
  | "unavailable"
  | "unknownOperation";

export interface CommonFault {
  readonly code: string;
  readonly status: number;
  readonly message: string;
}

/** Services say the same in three ways: those that speak JSON or CBOR, those of the Query protocol, and EC2. */
export type FaultStyle = "json" | "query" | "ec2";

const mismatch =
  "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key " +
  "and signing method. Consult the service documentation for details.";
const notValidated = "AWS was not able to validate the provided access credentials";
const badToken = "The security token included in the request is invalid.";
const expired = "The security token included in the request is expired";
const failure = "The request processing has failed because of an unknown error, exception or failure.";
const unavailable = "The request has failed due to a temporary failure of the server.";
const tooLarge = "Request body is too large.";
const denied = "User is not authorized to perform this operation.";

/** Code, status and, unless a more precise one is known, message. */
export const commonFaults: Readonly<Record<FaultStyle, Readonly<Record<Condition, CommonFault>>>> = {
  json: {
    accessDenied: { code: "AccessDeniedException", status: 400, message: denied },
    expiredToken: { code: "ExpiredTokenException", status: 400, message: expired },
    incompleteSignature: { code: "IncompleteSignatureException", status: 400, message: mismatch },
    internalFailure: { code: "InternalFailure", status: 500, message: failure },
    invalidKey: { code: "UnrecognizedClientException", status: 400, message: badToken },
    invalidSignature: { code: "InvalidSignatureException", status: 400, message: mismatch },
    missingAction: { code: "UnknownOperationException", status: 400, message: "The request names no operation." },
    missingToken: { code: "MissingAuthenticationTokenException", status: 400, message: "Missing Authentication Token" },
    signatureExpired: { code: "InvalidSignatureException", status: 400, message: "Signature expired" },
    throttled: { code: "ThrottlingException", status: 400, message: "Rate exceeded" },
    tooLarge: { code: "RequestEntityTooLarge", status: 413, message: tooLarge },
    unavailable: { code: "ServiceUnavailableException", status: 503, message: unavailable },
    unknownOperation: { code: "UnknownOperationException", status: 400, message: "Unknown operation" },
  },
  query: {
    accessDenied: { code: "AccessDenied", status: 403, message: denied },
    expiredToken: { code: "ExpiredToken", status: 403, message: expired },
    incompleteSignature: { code: "IncompleteSignature", status: 400, message: mismatch },
    internalFailure: { code: "InternalFailure", status: 500, message: failure },
    invalidKey: { code: "InvalidClientTokenId", status: 403, message: badToken },
    invalidSignature: { code: "SignatureDoesNotMatch", status: 403, message: mismatch },
    missingAction: { code: "MissingAction", status: 400, message: "The request is missing an action." },
    missingToken: {
      code: "MissingAuthenticationToken",
      status: 403,
      message: "Request is missing Authentication Token",
    },
    signatureExpired: { code: "SignatureDoesNotMatch", status: 403, message: "Signature expired" },
    throttled: { code: "Throttling", status: 400, message: "Rate exceeded" },
    tooLarge: { code: "RequestEntityTooLarge", status: 413, message: tooLarge },
    unavailable: { code: "ServiceUnavailable", status: 503, message: unavailable },
    unknownOperation: { code: "InvalidAction", status: 400, message: "Could not find operation" },
  },
  ec2: {
    accessDenied: {
      code: "UnauthorizedOperation",
      status: 403,
      message: "You are not authorized to perform this operation.",
    },
    expiredToken: { code: "RequestExpired", status: 400, message: "Request has expired." },
    incompleteSignature: { code: "IncompleteSignature", status: 400, message: mismatch },
    internalFailure: { code: "InternalError", status: 500, message: "An internal error has occurred" },
    invalidKey: { code: "AuthFailure", status: 401, message: notValidated },
    invalidSignature: { code: "AuthFailure", status: 401, message: notValidated },
    missingAction: {
      code: "MissingAction",
      status: 400,
      message: "The request must contain the parameter Action",
    },
    missingToken: {
      code: "MissingParameter",
      status: 400,
      message: "The request must contain the parameter AWSAccessKeyId",
    },
    signatureExpired: { code: "RequestExpired", status: 400, message: "Request has expired." },
    throttled: { code: "RequestLimitExceeded", status: 503, message: "Request limit exceeded." },
    tooLarge: { code: "RequestEntityTooLarge", status: 413, message: tooLarge },
    unavailable: {
      code: "Unavailable",
      status: 503,
      message: "The server is overloaded and can't handle the request.",
    },
    unknownOperation: {
      code: "InvalidAction",
      status: 400,
      message: "The action is not valid for this web service",
    },
  },
};

export function faultStyleOf(protocol: ProtocolName): FaultStyle {
  return protocol === "query" || protocol === "ec2" ? protocol : "json";
}

/** Codes that any operation may answer, besides those of `commonFaults` and of its model (AWS: "Common errors"). */
const alwaysAllowed = new Set([
  ...Object.values(commonFaults).flatMap((style) => Object.values(style).map(({ code }) => code)),
  "InvalidParameterCombination",
  "InvalidParameterValue",
  "InvalidQueryParameter",
  "MalformedInput",
  "MalformedQueryString",
  "MissingParameter",
  "NotAuthorized",
  "OptInRequired",
  "SerializationException",
  "ServiceUnavailable",
  "UnknownParameter",
  "UnsupportedOperation",
  "ValidationError",
  "ValidationException",
]);

/** The error of the operation's model that a fault's code names, by the shape's name or by its code on the wire. */
export function errorShapeOf(operation: Operation, code: string): Shape | undefined {
  return operation.errors.find((shape) => shape.name === code || shape.traits.error?.code === code);
}

/**
 * Whether the operation may answer this code. Models leave out the service's own code for malformed input here and
 * there; EC2's lists no errors at all, so that there any code may be.
 */
export function mayAnswer(operation: Operation, code: string): boolean {
  const { name, protocols } = operation.service;
  if (protocols[0] === "ec2" || alwaysAllowed.has(code)) return true;
  const { codes } = validationRulesOf(name, faultStyleOf(protocols[0]!));
  return codes.includes(code) || errorShapeOf(operation, code) !== undefined;
}
