import type { Operations } from "#generated/ssm/types.ts";
import type { Handlers } from "#kernel/handler.ts";
import type { SsmParts } from "../request/handler.ts";
import { AddTagsToResource } from "./add-tags-to-resource.ts";
import { DeleteParameter } from "./delete-parameter.ts";
import { DeleteParameters } from "./delete-parameters.ts";
import { DescribeParameters } from "./describe-parameters.ts";
import { getParameter } from "./get-parameter.ts";
import { getParameterHistory } from "./get-parameter-history.ts";
import { getParameters } from "./get-parameters.ts";
import { getParametersByPath } from "./get-parameters-by-path.ts";
import { LabelParameterVersion } from "./label-parameter-version.ts";
import { ListTagsForResource } from "./list-tags-for-resource.ts";
import { putParameter } from "./put-parameter.ts";
import { RemoveTagsFromResource } from "./remove-tags-from-resource.ts";
import { ResumeSession } from "./resume-session.ts";
import { terminateSession } from "./terminate-session.ts";
import { UnlabelParameterVersion } from "./unlabel-parameter-version.ts";

/** Every operation of the service, one a line, in the order of their names. */
export function createOperations(parts: SsmParts) {
  return {
    AddTagsToResource,
    DeleteParameter,
    DeleteParameters,
    DescribeParameters,
    GetParameter: getParameter(parts),
    GetParameterHistory: getParameterHistory(parts),
    GetParameters: getParameters(parts),
    GetParametersByPath: getParametersByPath(parts),
    LabelParameterVersion,
    ListTagsForResource,
    PutParameter: putParameter(parts),
    RemoveTagsFromResource,
    ResumeSession,
    TerminateSession: terminateSession(parts),
    UnlabelParameterVersion,
  } satisfies Handlers<Operations>;
}
