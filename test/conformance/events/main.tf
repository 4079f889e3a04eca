# Every resource of EventBridge and its Scheduler that the platform serves. Applied, read back without a difference,
# changed through `variable "generation"`, read back again and destroyed by terraform.test.ts.

variable "generation" {
  type = number
}

locals {
  second  = var.generation == 2
  cluster = "arn:aws:ecs:us-east-1:000000000000:cluster/web"
  task    = "arn:aws:ecs:us-east-1:000000000000:task-definition/job:1"
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

resource "aws_iam_role" "invoke" {
  name = "invoke"
  assume_role_policy = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["events.amazonaws.com", "scheduler.amazonaws.com"] }
      Action    = "sts:AssumeRole"
    }]
  })
}

resource "aws_cloudwatch_log_group" "events" {
  name = "/aws/events/orders"
}

resource "aws_cloudwatch_log_resource_policy" "events" {
  policy_name = "events"
  policy_document = jsonencode({
    Version = "2012-10-17"
    Statement = [{
      Effect    = "Allow"
      Principal = { Service = ["events.amazonaws.com", "delivery.logs.amazonaws.com"] }
      Action    = local.second ? ["logs:CreateLogStream", "logs:PutLogEvents"] : ["logs:PutLogEvents"]
      Resource  = "${aws_cloudwatch_log_group.events.arn}:*"
    }]
  })
}

resource "aws_cloudwatch_event_bus" "orders" {
  name        = "orders"
  description = local.second ? "second" : "first"
}
resource "aws_cloudwatch_event_permission" "other" {
  event_bus_name = aws_cloudwatch_event_bus.orders.name
  principal      = "111111111111"
  statement_id   = "other"
}

resource "aws_cloudwatch_event_rule" "orders" {
  name           = "orders"
  event_bus_name = aws_cloudwatch_event_bus.orders.name
  description    = "large orders"
  event_pattern = jsonencode({
    source = ["shop"]
    detail = { total = [{ numeric = [">", local.second ? 200 : 100] }] }
  })
}
resource "aws_cloudwatch_event_target" "log" {
  rule           = aws_cloudwatch_event_rule.orders.name
  event_bus_name = aws_cloudwatch_event_bus.orders.name
  target_id      = "log"
  arn            = aws_cloudwatch_log_group.events.arn
}
resource "aws_cloudwatch_event_target" "hook" {
  rule           = aws_cloudwatch_event_rule.orders.name
  event_bus_name = aws_cloudwatch_event_bus.orders.name
  target_id      = "hook"
  arn            = aws_cloudwatch_event_api_destination.hook.arn
  role_arn       = aws_iam_role.invoke.arn
  http_target {
    header_parameters       = { "x-team" = "shop" }
    query_string_parameters = { a = "1" }
  }
  input_transformer {
    input_paths    = { total = "$.detail.total" }
    input_template = "{\"total\": <total>}"
  }
  retry_policy {
    maximum_event_age_in_seconds = 600
    maximum_retry_attempts       = local.second ? 5 : 3
  }
}
resource "aws_cloudwatch_event_target" "bus" {
  rule           = aws_cloudwatch_event_rule.orders.name
  event_bus_name = aws_cloudwatch_event_bus.orders.name
  target_id      = "bus"
  arn            = "arn:aws:events:us-east-1:000000000000:event-bus/default"
}

resource "aws_cloudwatch_event_rule" "nightly" {
  name                = "nightly"
  schedule_expression = local.second ? "cron(0 4 * * ? *)" : "rate(1 day)"
  state               = local.second ? "DISABLED" : "ENABLED"
}
resource "aws_cloudwatch_event_target" "task" {
  rule      = aws_cloudwatch_event_rule.nightly.name
  target_id = "task"
  arn       = local.cluster
  role_arn  = aws_iam_role.invoke.arn
  input     = jsonencode({ containerOverrides = [{ name = "app", command = ["report"] }] })
  ecs_target {
    task_count              = local.second ? 2 : 1
    task_definition_arn     = local.task
    launch_type             = "FARGATE"
    platform_version        = "LATEST"
    enable_ecs_managed_tags = true
    propagate_tags          = "TASK_DEFINITION"
    network_configuration {
      subnets          = ["subnet-0123456789abcdef0"]
      security_groups  = ["sg-0123456789abcdef0"]
      assign_public_ip = true
    }
  }
}

resource "aws_cloudwatch_event_connection" "hook" {
  name               = "hook"
  authorization_type = local.second ? "BASIC" : "API_KEY"
  auth_parameters {
    dynamic "api_key" {
      for_each = local.second ? [] : [1]
      content {
        key   = "X-Key"
        value = "k3y"
      }
    }
    dynamic "basic" {
      for_each = local.second ? [1] : []
      content {
        username = "ann"
        password = "pa55"
      }
    }
    invocation_http_parameters {
      header {
        key             = "X-Tenant"
        value           = "a"
        is_value_secret = false
      }
    }
  }
}
resource "aws_cloudwatch_event_api_destination" "hook" {
  name                             = "hook"
  description                      = "the shop's hook"
  invocation_endpoint              = "https://hooks.example.com/orders"
  http_method                      = local.second ? "PUT" : "POST"
  invocation_rate_limit_per_second = 20
  connection_arn                   = aws_cloudwatch_event_connection.hook.arn
}

resource "aws_scheduler_schedule_group" "reports" {
  name = "reports"
}
resource "aws_scheduler_schedule" "report" {
  name                         = "report"
  group_name                   = aws_scheduler_schedule_group.reports.name
  description                  = "every night"
  schedule_expression          = local.second ? "cron(30 3 * * ? *)" : "cron(0 3 * * ? *)"
  schedule_expression_timezone = "Europe/Berlin"
  start_date                   = "2036-01-01T00:00:00Z"
  end_date                     = "2037-01-01T00:00:00Z"
  state                        = local.second ? "DISABLED" : "ENABLED"
  flexible_time_window {
    mode                      = local.second ? "OFF" : "FLEXIBLE"
    maximum_window_in_minutes = local.second ? null : 15
  }
  target {
    arn      = local.cluster
    role_arn = aws_iam_role.invoke.arn
    input    = jsonencode({ containerOverrides = [{ name = "app", command = ["report"] }] })
    ecs_parameters {
      task_definition_arn = local.task
      task_count          = 1
      launch_type         = "FARGATE"
      tags                = { job = "report" }
      network_configuration {
        subnets          = ["subnet-0123456789abcdef0"]
        security_groups  = ["sg-0123456789abcdef0"]
        assign_public_ip = false
      }
    }
    retry_policy {
      maximum_event_age_in_seconds = 3600
      maximum_retry_attempts       = 10
    }
  }
}
resource "aws_scheduler_schedule" "once" {
  name                = "once"
  schedule_expression = "at(2037-01-01T00:00:00)"
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = "arn:aws:scheduler:::aws-sdk:ecs:runTask"
    role_arn = aws_iam_role.invoke.arn
    input    = jsonencode({ Cluster = "web", TaskDefinition = "job" })
  }
}
resource "aws_scheduler_schedule" "event" {
  name                = "event"
  schedule_expression = "rate(365 days)"
  state               = "DISABLED"
  flexible_time_window {
    mode = "OFF"
  }
  target {
    arn      = aws_cloudwatch_event_bus.orders.arn
    role_arn = aws_iam_role.invoke.arn
    eventbridge_parameters {
      detail_type = "Tick"
      source      = "clock"
    }
    input = jsonencode({ n = 1 })
  }
}
