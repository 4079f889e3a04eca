# Cloud Map's resources and data sources of the AWS provider. Applied, read back without a difference, changed through
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
resource "aws_service_discovery_private_dns_namespace" "private" {
  name        = "example.local"
  description = local.second ? "second" : "first"
  vpc         = aws_vpc.main.id
}
resource "aws_service_discovery_http_namespace" "http" {
  name        = "shop"
  description = "first"
  tags        = { Generation = var.generation }
}
resource "aws_service_discovery_service" "a" {
  name        = "web"
  description = local.second ? "second" : "first"
  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.private.id
    routing_policy = "MULTIVALUE"
    dns_records {
      ttl  = local.second ? 60 : 10
      type = "A"
    }
  }
  health_check_custom_config {
    failure_threshold = 1
  }
}
resource "aws_service_discovery_service" "srv" {
  name = "_web._tcp"
  dns_config {
    namespace_id   = aws_service_discovery_private_dns_namespace.private.id
    routing_policy = "WEIGHTED"
    dns_records {
      ttl  = 5
      type = "SRV"
    }
  }
}
resource "aws_service_discovery_service" "http" {
  name         = "api"
  namespace_id = aws_service_discovery_http_namespace.http.id
  tags         = { Generation = var.generation }
}
resource "aws_service_discovery_instance" "one" {
  instance_id = "one"
  service_id  = aws_service_discovery_service.a.id
  attributes = {
    AWS_INSTANCE_IPV4 = local.second ? "10.0.0.2" : "10.0.0.1"
    stage             = "prod"
  }
}
data "aws_service_discovery_dns_namespace" "private" {
  name       = "example.local"
  type       = "DNS_PRIVATE"
  depends_on = [aws_service_discovery_private_dns_namespace.private]
}
data "aws_service_discovery_http_namespace" "http" {
  name       = "shop"
  depends_on = [aws_service_discovery_http_namespace.http]
}
data "aws_service_discovery_service" "a" {
  name         = "web"
  namespace_id = aws_service_discovery_private_dns_namespace.private.id
  depends_on   = [aws_service_discovery_service.a]
}
output "found" {
  value = [
    data.aws_service_discovery_dns_namespace.private.id == aws_service_discovery_private_dns_namespace.private.id,
    data.aws_service_discovery_http_namespace.http.id == aws_service_discovery_http_namespace.http.id,
    data.aws_service_discovery_service.a.id == aws_service_discovery_service.a.id,
  ]
}
