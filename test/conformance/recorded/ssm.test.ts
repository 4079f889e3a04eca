import { replay } from "./replay.ts";

replay("ssm/test_ssm.snapshot.json", {
  test_get_parameter_by_arn: async ({ call, is }) => {
    await call("ssm.PutParameter", { Name: "p", Value: "test", Type: "String" });
    const { Parameter } = await call<{ Parameter: Record<string, string> }>("ssm.GetParameter", { Name: "p" });
    const byArn = await call<{ Parameter: unknown }>("ssm.GetParameter", { Name: Parameter.ARN });
    is("Parameter", byArn.Parameter);
  },
  test_parameters_with_path: async ({ call, step }) => {
    await step("put-parameter-response", "ssm.PutParameter", { Name: "/test/param", Value: "123", Type: "String" });
    const input = { Name: "/test/param" };
    await step("get-parameter-response", "ssm.GetParameter", input);
    const { Parameter } = await call<{ Parameter: Record<string, string> }>("ssm.GetParameter", input);
    await step("get-parameter-by-arn-response", "ssm.GetParameter", { Name: Parameter.ARN });
    await step("get-parameters-response", "ssm.GetParameters", { Names: [input.Name] });
    await step("get-parameters-by-arn-response", "ssm.GetParameters", { Names: [Parameter.ARN] });
  },
});
