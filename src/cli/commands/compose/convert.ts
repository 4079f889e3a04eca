import { type Command, exitCodes } from "../../command.ts";
import { isChanged } from "../../compose/apply/images.ts";
import type { PlannedService, Project } from "../../compose/model.ts";
import { familyOf, repositoryOf, secretNameOf, secretsContainer } from "../../compose/plan/names.ts";
import { ecsServiceOf } from "../../compose/plan/service.ts";
import { taskDefinitionOf } from "../../compose/plan/task-definition.ts";
import { regionOf } from "../../settings.ts";
import { checkReport, planOptions, planProject, projectOptions } from "./project.ts";

export const convertCommand: Command = {
  name: "compose convert",
  usage: "compose convert [OPTIONS] [SERVICE...]",
  summary: "Print what a compose file becomes, as JSON, without making anything: task definitions and services of ECS.",
  options: { ...planOptions, ...projectOptions },
  examples: ["estiva compose convert", "estiva compose convert web | jq '.taskDefinitions[0]'"],
  positionals: [0, Number.POSITIVE_INFINITY],
  async run(args, terminal) {
    const { project, report } = await planProject(args, terminal, args.positionals);
    checkReport(report, terminal);
    terminal.out(`${JSON.stringify(converted(project, regionOf(terminal.env)), undefined, 2)}\n`);
    return exitCodes.ok;
  },
};

/** With names in the place of ids and ARNs that only exist once something is made. */
function converted(project: Project, region: string) {
  const { name } = project;
  const taskDefinitions = project.services.map((service) =>
    taskDefinitionOf(service, {
      ...{ project: name, region, image: imageName(name, service), executionRoleArn: "EXECUTION_ROLE" },
      taskRoleArn: "TASK_ROLE",
      helperImage: repositoryOf(name, secretsContainer),
      secrets: new Map(
        project.secrets.map((secret) => [secret.name, secret.external ?? secretNameOf(name, secret.name)]),
      ),
    }),
  );
  const services = project.services.flatMap((service) =>
    service.kind === "job"
      ? []
      : ecsServiceOf(service, {
          ...{ project: name, taskDefinition: familyOf(name, service.name), subnets: ["SUBNET"] },
          securityGroups: service.networks.map((network) => `network-${network}`),
          registryArn: `REGISTRY_OF_${service.name}`,
        }),
  );
  const jobs = project.services.filter(({ kind }) => kind === "job").map((job) => job.name);
  return { project: name, taskDefinitions, services, jobs };
}

function imageName(project: string, service: PlannedService): string {
  const own = service.build !== undefined || isChanged(service);
  return own ? repositoryOf(project, service.name) : service.image!;
}
