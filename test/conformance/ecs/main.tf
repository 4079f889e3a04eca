# A cluster, task definitions and services, with the network and the names they use. Applied, read back without a
# difference, changed through `variable "generation"`, read back again and destroyed by terraform.test.ts.

variable "generation" {
  type = number
}

locals {
  second = var.generation == 2
}

terraform {
  required_providers {
    aws = { source = "hashicorp/aws" }
  }
}

provider "aws" {
  region = "us-east-1"
  default_tags {
    tags = { Team = "platform" }
  }
}

resource "aws_vpc" "main" {
  cidr_block = "10.0.0.0/16"
}

resource "aws_subnet" "a" {
  vpc_id            = aws_vpc.main.id
  cidr_block        = "10.0.1.0/24"
  availability_zone = "us-east-1a"
}

resource "aws_security_group" "web" {
  name   = "web"
  vpc_id = aws_vpc.main.id
  ingress {
    from_port   = 80
    to_port     = 80
    protocol    = "tcp"
    cidr_blocks = ["10.0.0.0/16"]
  }
}

resource "aws_ecs_cluster" "main" {
  name = "main"
  setting {
    name  = "containerInsights"
    value = local.second ? "enabled" : "disabled"
  }
}

resource "aws_ecs_cluster_capacity_providers" "main" {
  cluster_name       = aws_ecs_cluster.main.name
  capacity_providers = ["FARGATE", "FARGATE_SPOT"]
  default_capacity_provider_strategy {
    capacity_provider = "FARGATE"
    weight            = 1
  }
}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  task_role_arn            = "arn:aws:iam::000000000000:role/web"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions = jsonencode([{
    name         = "web"
    image        = local.second ? "web:2" : "web:1"
    essential    = true
    portMappings = [{ containerPort = 80, name = "http" }]
    environment  = [{ name = "GENERATION", value = tostring(var.generation) }]
  }])
}

resource "aws_ecs_service" "rolling" {
  name                               = "rolling"
  cluster                            = aws_ecs_cluster.main.id
  task_definition                    = aws_ecs_task_definition.web.arn
  launch_type                        = "FARGATE"
  desired_count                      = local.second ? 3 : 1
  deployment_minimum_healthy_percent = 50
  deployment_maximum_percent         = local.second ? 150 : 200
  enable_ecs_managed_tags            = true
  propagate_tags                     = "SERVICE"
  enable_execute_command             = local.second
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.web.id]
  }
  deployment_circuit_breaker {
    enable   = true
    rollback = local.second
  }
}

resource "aws_ecs_service" "spot" {
  name            = "spot"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  desired_count   = 1
  network_configuration {
    subnets          = [aws_subnet.a.id]
    assign_public_ip = true
  }
  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = local.second ? 2 : 1
    base              = 1
  }
  depends_on = [aws_ecs_cluster_capacity_providers.main]
}

resource "aws_ecs_service" "external" {
  name          = "external"
  cluster       = aws_ecs_cluster.main.id
  desired_count = local.second ? 4 : 0
  deployment_controller {
    type = "EXTERNAL"
  }
}

resource "aws_ecs_task_set" "blue" {
  service           = aws_ecs_service.external.id
  cluster           = aws_ecs_cluster.main.id
  task_definition   = aws_ecs_task_definition.web.arn
  launch_type       = "FARGATE"
  external_id       = "blue"
  force_delete      = true
  wait_until_stable = !local.second
  network_configuration {
    subnets         = [aws_subnet.a.id]
    security_groups = [aws_security_group.web.id]
  }
  scale {
    value = local.second ? 50 : 100
  }
  tags = { Colour = "blue" }
}

resource "aws_ecs_task_set" "spot" {
  service         = aws_ecs_service.external.id
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  force_delete    = true
  network_configuration {
    subnets = [aws_subnet.a.id]
  }
  capacity_provider_strategy {
    capacity_provider = "FARGATE_SPOT"
    weight            = 1
    base              = 0
  }
  depends_on = [aws_ecs_cluster_capacity_providers.main]
}

data "aws_ecs_service" "rolling" {
  service_name = aws_ecs_service.rolling.name
  cluster_arn  = aws_ecs_cluster.main.arn
}

data "aws_ecs_cluster" "main" {
  cluster_name = aws_ecs_cluster.main.name
}
