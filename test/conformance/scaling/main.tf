# Application Auto Scaling of an ECS service. Applied, read back without a difference, changed through
# `variable "generation"`, read back again and destroyed by terraform.test.ts.

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

resource "aws_ecs_cluster" "main" {
  name = "main"
}

resource "aws_ecs_task_definition" "web" {
  family                   = "web"
  requires_compatibilities = ["FARGATE"]
  network_mode             = "awsvpc"
  cpu                      = 256
  memory                   = 512
  container_definitions = jsonencode([{
    name      = "web"
    image     = "web:1"
    essential = true
  }])
}

resource "aws_ecs_service" "web" {
  name            = "web"
  cluster         = aws_ecs_cluster.main.id
  task_definition = aws_ecs_task_definition.web.arn
  launch_type     = "FARGATE"
  desired_count   = 2
  network_configuration {
    subnets = [aws_subnet.a.id]
  }
  lifecycle {
    ignore_changes = [desired_count]
  }
}

resource "aws_appautoscaling_target" "web" {
  service_namespace  = "ecs"
  scalable_dimension = "ecs:service:DesiredCount"
  resource_id        = "service/${aws_ecs_cluster.main.name}/${aws_ecs_service.web.name}"
  min_capacity       = local.second ? 3 : 1
  max_capacity       = local.second ? 12 : 10
  tags               = { Generation = var.generation }
}

resource "aws_appautoscaling_policy" "cpu" {
  name               = "cpu"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  resource_id        = aws_appautoscaling_target.web.resource_id
  target_tracking_scaling_policy_configuration {
    target_value       = local.second ? 60 : 50
    scale_in_cooldown  = 120
    scale_out_cooldown = local.second ? 30 : 60
    disable_scale_in   = local.second
    predefined_metric_specification {
      predefined_metric_type = "ECSServiceAverageCPUUtilization"
    }
  }
}

resource "aws_appautoscaling_policy" "queue" {
  name               = "queue"
  policy_type        = "TargetTrackingScaling"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  resource_id        = aws_appautoscaling_target.web.resource_id
  target_tracking_scaling_policy_configuration {
    target_value = 100
    customized_metric_specification {
      metrics {
        id          = "m1"
        label       = "Messages"
        return_data = false
        metric_stat {
          stat = "Sum"
          metric {
            namespace   = "Queue"
            metric_name = "Messages"
            dimensions {
              name  = "QueueName"
              value = "work"
            }
          }
        }
      }
      metrics {
        id          = "e1"
        label       = "Backlog"
        expression  = local.second ? "m1 / 2" : "m1 / 3"
        return_data = true
      }
    }
  }
}

resource "aws_appautoscaling_policy" "steps" {
  name               = "steps"
  policy_type        = "StepScaling"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  resource_id        = aws_appautoscaling_target.web.resource_id
  step_scaling_policy_configuration {
    adjustment_type          = "PercentChangeInCapacity"
    cooldown                 = 60
    metric_aggregation_type  = "Maximum"
    min_adjustment_magnitude = local.second ? 2 : 1
    step_adjustment {
      metric_interval_lower_bound = 0
      metric_interval_upper_bound = 20
      scaling_adjustment          = 10
    }
    step_adjustment {
      metric_interval_lower_bound = 20
      scaling_adjustment          = 30
    }
  }
}

resource "aws_cloudwatch_metric_alarm" "busy" {
  alarm_name          = "busy"
  namespace           = "AWS/ECS"
  metric_name         = "CPUUtilization"
  statistic           = "Average"
  period              = 60
  evaluation_periods  = 1
  threshold           = 80
  comparison_operator = "GreaterThanThreshold"
  alarm_actions       = [aws_appautoscaling_policy.steps.arn]
}

resource "aws_appautoscaling_scheduled_action" "morning" {
  name               = "morning"
  service_namespace  = aws_appautoscaling_target.web.service_namespace
  scalable_dimension = aws_appautoscaling_target.web.scalable_dimension
  resource_id        = aws_appautoscaling_target.web.resource_id
  schedule           = local.second ? "cron(0 7 ? * MON-FRI *)" : "cron(0 8 ? * MON-FRI *)"
  timezone           = "Europe/Lisbon"
  scalable_target_action {
    min_capacity = 4
    max_capacity = 20
  }
}
