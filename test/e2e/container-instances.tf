# A service on container instances, applied with a second revision and destroyed by container-instances.test.ts.

variable "generation" {
  type = number
}

variable "image" {
  type = string
}

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "us-east-1"
}

data "aws_ecs_cluster" "test" {
  cluster_name = "instances"
}

resource "aws_ecs_task_definition" "web" {
  family       = "terraform"
  network_mode = "bridge"
  container_definitions = jsonencode([{
    name         = "web"
    image        = var.image
    memory       = 32
    command      = ["httpd", "-f", "-p", "8000"]
    environment  = [{ name = "GENERATION", value = tostring(var.generation) }]
    portMappings = [{ containerPort = 8000, hostPort = 0 }]
  }])
}

resource "aws_ecs_service" "web" {
  name                  = "terraform"
  cluster               = data.aws_ecs_cluster.test.arn
  task_definition       = aws_ecs_task_definition.web.arn
  desired_count         = 2
  launch_type           = "EC2"
  wait_for_steady_state = true
  ordered_placement_strategy {
    type  = "spread"
    field = "instanceId"
  }
  placement_constraints {
    type       = "memberOf"
    expression = "attribute:rack == r1"
  }
}
